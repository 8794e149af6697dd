import type { Channel } from '../channel/channel.ts';
import type { Clock } from '../clock.ts';
import { atOnce, type Thread, type Threads, waitUntil } from '../threads.ts';
import { assign } from './functions.ts';
import type { Application } from './pbx.ts';

/** How long Asterisk waits for sound after it has answered a call. */
const FIRST_SOUND_MS = 500;

/** The applications of the dialplan that command the channel itself. */
export function applications(clock: Clock, threads: Threads): Record<string, Application> {
  /** Who called has read it before this channel does anything else, even if it hangs up. */
  function* indicated(channel: Channel, control: 'ringing' | 'progress'): Thread<number> {
    channel.indicate(control);
    yield threads.turn();
    return 0;
  }
  return {
    *Answer(channel) {
      return yield* answered(channel, clock);
    },
    *Ringing(channel) {
      return yield* indicated(channel, 'ringing');
    },
    *Progress(channel) {
      return yield* indicated(channel, 'progress');
    },
    NoOp: quick(() => {}),
    Set: quick((channel, data) => {
      const [name = '', value] = data.split(/=(.*)/s);
      if (value !== undefined) assign(channel, name.trim(), value);
    }),
    *Wait(channel, data) {
      return yield* slept(channel, clock, 1000 * (Number.parseFloat(data) || 0));
    },
    Hangup: (channel, data) =>
      atOnce(() => {
        if (/^\d+$/.test(data)) channel.hangupCause = Number(data);
        else if (channel.hangupCause === 0) channel.hangupCause = 16;
        return -1;
      }),
    *Busy(channel, data) {
      return yield* refused(channel, clock, 'busy', data);
    },
    *Congestion(channel, data) {
      return yield* refused(channel, clock, 'congestion', data);
    },
    Log: quick(() => {}),
  };
}

/** An application that takes no time, after which the dialplan goes on. */
function quick(act: (channel: Channel, data: string) => void): Application {
  return (channel, data) =>
    atOnce(() => {
      act(channel, data);
      return 0;
    });
}

/** Answers, and waits for the first sound that comes, be it a digit. @returns -1 where the call is over */
export function* answered(channel: Channel, clock: Clock): Thread<number> {
  if (channel.outgoing) return 0;
  if (channel.isHungUp) return -1;
  const waits = channel.state === 'Ring' || channel.state === 'Ringing';
  answer(channel);
  if (!waits || channel.technology.name !== 'Local') return 0;
  const comes = (): boolean => channel.isHungUp || channel.frames.some(({ type }) => type === 'digit');
  yield* waitUntil(comes, channel.changed, clock, FIRST_SOUND_MS);
  return channel.isHungUp ? -1 : 0;
}

/** Answers and waits for nothing. @returns whether the call is not over */
export function answer(channel: Channel): boolean {
  if (channel.outgoing) return true;
  if (channel.isHungUp) return false;
  if (channel.state !== 'Ring' && channel.state !== 'Ringing') return true;
  channel.indicate('answer');
  channel.turn('Up');
  return true;
}

/** Reads and drops what comes in meanwhile. */
export function* slept(channel: Channel, clock: Clock, ms: number): Thread<number> {
  const end = clock.now().getTime() + ms;
  for (;;) {
    const left = end - clock.now().getTime();
    if (left <= 0) return 0;
    const limit = Number.isFinite(left) ? left : undefined;
    yield* waitUntil(() => channel.isReadable, channel.changed, clock, limit);
    if (channel.isReadable && !channel.read()) return -1;
  }
}

function* refused(channel: Channel, clock: Clock, how: 'busy' | 'congestion', data: string): Thread<number> {
  channel.indicate(how);
  if (channel.state !== 'Up') {
    if (how === 'busy') {
      channel.hangupCause = 17;
      channel.turn('Busy');
    } else channel.hangupCause = 34;
  }
  const seconds = Number.parseFloat(data);
  yield* slept(channel, clock, seconds > 0 ? 1000 * seconds : 3_600_000);
  return -1;
}
