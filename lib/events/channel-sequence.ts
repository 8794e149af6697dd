import { timeOf } from '../ari/timestamp.ts';

/**
 * How far the first number that a connection gives to a channel is ahead of Asterisk's time, in microseconds. Another
 * connection may have numbered events of the same millisecond, and events whose timestamps are a little later.
 */
const MARGIN = 1_000_000;

/**
 * The number of a channel's next event: Asterisk's timestamp in microseconds, or one more than the last number where
 * that is greater. Every connector can compute it without another one's state, and the greater number is the later event.
 *
 * @param last the channel's last number by this process; undefined for none
 * @param timestamp the event's own time, in Asterisk's format; where it is not one, this machine's time counts
 * @param isFirst whether the connection numbers the channel for the first time
 * @example
 * nextChannelSequence(undefined, '2026-11-23T08:24:51.242+0000', true); // 1795422292242000
 * nextChannelSequence(1795422292242000, '2026-11-23T08:24:51.250+0000', false); // 1795422292242001
 */
export function nextChannelSequence(last: number | undefined, timestamp: unknown, isFirst: boolean): number {
  const time = (timeOf(timestamp) ?? Date.now()) * 1000;
  return Math.max((last ?? 0) + 1, isFirst ? time + MARGIN : time);
}
