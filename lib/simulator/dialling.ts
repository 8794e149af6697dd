import { dialStatus } from './causes.ts';
import type { Channel } from './channel/channel.ts';
import type { Clock } from './clock.ts';
import { dialstring, type OutgoingCall } from './outgoing-call.ts';
import { type Thread, waitUntil } from './threads.ts';

const DEFAULT_SECONDS = 30;

/** Waits for what comes of a call. @returns whether it was answered */
export function* answeredCall(channel: Channel, { endpoint, timeout }: OutgoingCall, clock: Clock): Thread<boolean> {
  const number = dialstring(endpoint);
  const seconds = timeout > 0 ? timeout : DEFAULT_SECONDS;
  const end = timeout === -1 ? Number.POSITIVE_INFINITY : clock.now().getTime() + 1000 * seconds;
  for (;;) {
    const left = end - clock.now().getTime();
    const limit = left === Number.POSITIVE_INFINITY ? undefined : Math.max(0, left);
    yield* waitUntil(() => channel.isReadable, channel.changed, clock, limit);
    if (!channel.isReadable) {
      channel.hangupCause = 19;
      return false;
    }
    const frame = channel.read();
    if (!frame) {
      tellOfDial(channel, dialStatus(channel.hangupCause), number);
      return false;
    }
    if (frame.type !== 'control') continue;
    if (frame.control === 'answer') {
      tellOfDial(channel, 'ANSWER', number);
      return true;
    }
    if (frame.control === 'ringing') tellOfDial(channel, 'RINGING', number);
    if (frame.control === 'progress') tellOfDial(channel, 'PROGRESS', number);
    if (frame.control === 'busy' || frame.control === 'congestion') {
      tellOfDial(channel, frame.control.toUpperCase(), number);
      return false;
    }
  }
}

/** Tells what becomes of a call that is placed. */
export function tellOfDial(channel: Channel, dialstatus: string, number: string): void {
  channel.tell('Dial', { dialstatus, forward: '', dialstring: number, peer: channel.snapshot });
}
