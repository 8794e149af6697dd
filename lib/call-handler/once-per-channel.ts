import type { ChannelHandle } from '../ari/channel.ts';
import { unlessGone } from '../ari/errors.ts';

/**
 * Runs work on a channel unless an earlier invocation, in whichever Lambda environment, has begun it: the channel
 * itself remembers, in a variable. Work that fails is forgotten, so that a retry runs it again. Two invocations at
 * the very same moment may both run it.
 *
 * @param name names the work on this channel; letters, digits and `_`
 * @example
 * await oncePerChannel(channel, 'greeting', () => channel.play({ media: 'sound:hello-world' }));
 */
export async function oncePerChannel(
  channel: ChannelHandle,
  name: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const variable = `ONCE_${name}`;
  const before = await unlessGone(channel.getChannelVar({ variable }));
  if (before?.value) return;
  // Before the work, not after: on a channel that plays, Asterisk sets a variable when the playback has ended.
  await channel.setChannelVar({ variable, value: '1' });
  try {
    await work();
  } catch (error) {
    await channel.setChannelVar({ variable, value: '' }).catch(() => {}); // the first failure is the one to tell of
    throw error;
  }
}
