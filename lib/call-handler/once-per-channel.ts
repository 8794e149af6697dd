import type { ChannelHandle } from '../ari/channel.ts';
import { unlessGone } from '../ari/errors.ts';

/**
 * Runs work on a channel unless an earlier invocation, in whichever Lambda environment, has completed it: the
 * channel itself remembers, in a variable. Work that failed is run again by a retry. Two invocations at the very
 * same moment may both run it.
 *
 * @example
 * await oncePerChannel(channel, 'greeting', () => channel.play({ media: 'sound:hello-world' }));
 */
export async function oncePerChannel(
  channel: ChannelHandle,
  name: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const variable = `ONCE_${name}`;
  if (await unlessGone(channel.getChannelVar({ variable }))) return;
  await work();
  await channel.setChannelVar({ variable, value: '1' });
}
