import { applicationFields } from '../../ari/arguments.ts';
import type { Channel } from '../channel/channel.ts';
import type { Clock } from '../clock.ts';
import { type MediaLibrary, streamed } from '../media/media-library.ts';
import { atOnce, type Thread, waitUntil } from '../threads.ts';
import { assign } from './functions.ts';
import type { Application } from './pbx.ts';
import { setVariable } from './variables.ts';

/** How long Asterisk waits for sound after it has answered a call. */
const FIRST_SOUND_MS = 500;

export interface Surroundings {
  clock: Clock;
  library: MediaLibrary;
}

/** The applications of the dialplan that command the channel itself. */
export function applications({ clock, library }: Surroundings): Record<string, Application> {
  return {
    *Answer(channel) {
      return yield* answered(channel, clock);
    },
    Ringing: quick((channel) => channel.indicate('ringing')),
    Progress: quick((channel) => channel.indicate('progress')),
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
    *Playback(channel, data) {
      return yield* played(channel, clock, library, data);
    },
    *Read(channel, data) {
      return yield* read(channel, clock, library, data);
    },
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
    yield* waitUntil(() => channel.isReadable, channel.changed, clock, left);
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

function* played(channel: Channel, clock: Clock, library: MediaLibrary, data: string): Thread<number> {
  const [files = '', options = ''] = applicationFields(data);
  if (channel.state !== 'Up' && !/noanswer|n/.test(options)) yield* answered(channel, clock);
  let status = 'SUCCESS';
  let result = 0;
  for (const file of files.split('&')) {
    const ended = yield* streamed(channel, clock, library.file(file, channel.language), () => false);
    if (ended === 'missing') status = 'FAILED';
    if (ended === 'hung up') result = -1;
    if (result === -1) break;
  }
  setVariable(channel, 'PLAYBACKSTATUS', status);
  return result;
}

/** `Read(variable,files,digits,options,attempts,timeout)` */
function* read(channel: Channel, clock: Clock, library: MediaLibrary, data: string): Thread<number> {
  setVariable(channel, 'READSTATUS', 'ERROR');
  const [name = '', files = '', most = '', options = '', attempts = '', timeout = ''] = applicationFields(data);
  if (name === '') return 0;
  let status = 'ERROR';
  if (channel.state !== 'Up') {
    if (options.includes('s')) {
      setVariable(channel, name, '');
      setVariable(channel, 'READSTATUS', 'SKIPPED');
      return 0;
    }
    if (!options.includes('n') && (yield* answered(channel, clock)) !== 0) {
      setVariable(channel, 'READSTATUS', channel.isHungUp ? 'HANGUP' : status);
      return 0;
    }
  }
  const digits = Number.parseInt(most, 10);
  const wish = {
    files: files.split('&'),
    most: digits >= 1 && digits <= 255 ? digits : 255,
    ms: 1000 * (Number.parseFloat(timeout) || 0),
    terminator: /t(?:\((.*?)\))/s.exec(options)?.[1] ?? '#',
  };
  for (let tries = Number.parseInt(attempts, 10) || 1; tries > 0; tries--) {
    const got = yield* gathered(channel, clock, library, wish);
    setVariable(channel, name, got.digits);
    if (got.status !== 'HANGUP') status = got.status;
    if (got.digits !== '' || got.status === 'HANGUP') break;
  }
  setVariable(channel, 'READSTATUS', channel.isHungUp ? 'HANGUP' : status);
  return 0;
}

interface Gathering {
  files: readonly string[];
  most: number;
  /** How long to wait for each digit; 0 for the time-outs of the dialplan. */
  ms: number;
  terminator: string;
}

type Gathered = { digits: string; status: 'OK' | 'TIMEOUT' | 'HANGUP' };

function* gathered(channel: Channel, clock: Clock, library: MediaLibrary, wish: Gathering): Thread<Gathered> {
  let last: Gathered = { digits: '', status: 'TIMEOUT' };
  for (const [at, file] of wish.files.entries()) {
    const isLast = at === wish.files.length - 1;
    const length = file === '' ? 0 : library.file(file, channel.language);
    if (length === undefined) continue;
    const { responseMs = 6000, digitMs = 2000 } = channel.pbx ?? {};
    const first = isLast ? wish.ms || responseMs : 50;
    const next = isLast ? wish.ms || digitMs : digitMs;
    last = yield* readString(channel, clock, wish, { length, first, next });
    if (last.status !== 'TIMEOUT' || last.digits !== '') return last;
  }
  return last;
}

function* readString(
  channel: Channel,
  clock: Clock,
  { most, terminator }: Gathering,
  { length, first, next }: { length: number; first: number; next: number },
): Thread<Gathered> {
  let digits = '';
  for (let wait = length + first; ; wait = next) {
    const digit = yield* waitForDigit(channel, clock, wait);
    if (digit === 'hung up') return { digits, status: 'HANGUP' };
    if (digit === undefined) return { digits, status: 'TIMEOUT' };
    if (terminator.includes(digit)) return { digits, status: 'OK' };
    digits += digit;
    if (digits.length >= most) return { digits, status: 'OK' };
  }
}

function* waitForDigit(channel: Channel, clock: Clock, ms: number): Thread<string | undefined> {
  const end = clock.now().getTime() + ms;
  for (;;) {
    const left = end - clock.now().getTime();
    if (left <= 0 && !channel.isReadable) return undefined;
    yield* waitUntil(() => channel.isReadable, channel.changed, clock, Math.max(0, left));
    if (!channel.isReadable) return undefined;
    const frame = channel.read();
    if (!frame) return 'hung up';
    if (frame.type === 'digit') return frame.digit;
  }
}
