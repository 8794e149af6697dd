import type { ChannelHandle } from '../ari/channel.ts';
import { unlessGone } from '../ari/errors.ts';
import type { CallEvent } from '../events/call-event.ts';

/**
 * Lets one event of a channel decide something: true for the first that asks, and for the same event again, so that a
 * retry goes on where it failed; false for every other. The channel itself remembers, in a variable, whichever Lambda
 * environments ask. Two events that ask at the very same moment may both be told true.
 *
 * Asterisk sets variables in turn: on a channel that plays, a first claim waits for the playback's end. Stop it before.
 *
 * @param name names the decision on this channel; letters, digits and `_`
 * @example
 * if (!(await claim(channel, 'choice', event))) return; // another digit was first
 */
export async function claim(channel: ChannelHandle, name: string, event: CallEvent): Promise<boolean> {
  const variable = `CLAIM_${name}`;
  const { id } = event.metadata;
  const holder = await unlessGone(channel.getChannelVar({ variable }));
  if (holder?.value) return holder.value === id;
  await channel.setChannelVar({ variable, value: id });
  return true;
}

/**
 * Whether an event has claimed the decision already.
 *
 * @example
 * if (await isClaimed(channel, 'choice')) return; // late: the caller has chosen already
 */
export async function isClaimed(channel: ChannelHandle, name: string): Promise<boolean> {
  const holder = await unlessGone(channel.getChannelVar({ variable: `CLAIM_${name}` }));
  return Boolean(holder?.value);
}
