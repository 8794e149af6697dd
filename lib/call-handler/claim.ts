import type { ChannelHandle } from '../ari/channel.ts';
import { unlessGone } from '../ari/errors.ts';
import type { CallEvent } from '../events/call-event.ts';

/**
 * Lets one event of a channel decide something: true for the first event that claims it, and for the same event again,
 * so that a retry continues; false for every other event. The claim is stored in a channel variable, and so valid for
 * all Lambda environments. Two events that claim at the same moment may both get true.
 *
 * Asterisk runs a channel's commands in turn: during a playback, a first claim waits for the playback's end. Stop the
 * playback before.
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
