import { createHash } from 'node:crypto';
import { timeOf } from '../../lib/ari/timestamp.ts';

/** A channel's stay in an app, from its `StasisStart` to its `StasisEnd`. */
export interface Stay {
  app: string;
  /** The same for every connector of the node; `StasisStart` and `StasisEnd` get their ids from it. */
  id: string;
  /** How this connector knows of its beginning: by Asterisk's event, by a rebuilt one, or from Asterisk's list only. */
  start: 'sent' | 'rebuilt' | 'listed';
  /** How it ended: by Asterisk's event, by a rebuilt one, or unseen. Absent while the channel is in the app. */
  end?: 'sent' | 'rebuilt' | 'unseen';
}

/** The fields of a channel, in an event or in Asterisk's list of channels, that its stay is recognized by. */
interface ShownChannel {
  id?: unknown;
  creationtime?: unknown;
  dialplan?: { context?: unknown; exten?: unknown; priority?: unknown; app_data?: unknown };
}

/**
 * What distinguishes a stay for a connector that has not seen it begin: the channel, the app, and the entry, which is
 * the position in the dialplan and the arguments of `Stasis()`. They are equal in all events of the stay and in Asterisk's
 * list of channels.
 */
export function stayKey(app: string, channel: ShownChannel): string {
  const { context, exten, priority, app_data } = channel.dialplan ?? {};
  const parts = [channel.id, channel.creationtime, app, context, exten, priority, app_data];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/**
 * The id of a channel's next stay with this key: the key itself, then `KEY-2`, `KEY-3`, … A dialplan can come to the same
 * `Stasis()` again. Where the channel may have had a stay that is not known here, the time distinguishes them.
 *
 * @param earlier the channel's stays that are known
 * @param since Asterisk's timestamp of the event; undefined where no unknown stay is possible
 */
export function nextStayId(key: string, earlier: readonly Stay[], since: unknown): string {
  const last = earlier.findLast(({ id }) => id === key || id.startsWith(`${key}-`));
  if (last) return `${key}-${Number(last.id.slice(key.length + 1) || 1) + 1}`;
  const time = timeOf(since);
  return time === undefined ? key : `${key}-${time}`;
}
