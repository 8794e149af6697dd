import { applicationFields } from '../../ari/arguments.ts';
import type { Channel } from '../channel/channel.ts';
import type { Clock } from '../clock.ts';
import { refuses } from '../media/media-library.ts';
import { type Thread, waitUntil } from '../threads.ts';
import { answered } from './applications.ts';
import type { Application } from './pbx.ts';
import type { Sounds } from './sounds.ts';
import { setVariable } from './variables.ts';

/** `Read(variable,files,digits,options,attempts,timeout)` */
export function reading(sounds: Sounds): Application {
  return (channel, data) => read(channel, sounds, data);
}

function* read(channel: Channel, sounds: Sounds, data: string): Thread<number> {
  setVariable(channel, 'READSTATUS', 'ERROR');
  const [name = '', files = '', most = '', given = '', attempts = '', timeout = ''] = applicationFields(data);
  const [, keys] = /t\((.*?)\)/s.exec(given) ?? [];
  const options = given.replace(/\(.*?\)/gs, '');
  if (name === '') return 0;
  let status = 'ERROR';
  if (channel.state !== 'Up') {
    if (options.includes('s')) {
      setVariable(channel, name, '');
      setVariable(channel, 'READSTATUS', 'SKIPPED');
      return 0;
    }
    if (!options.includes('n') && (yield* answered(channel, sounds.clock)) !== 0) {
      setVariable(channel, 'READSTATUS', channel.isHungUp ? 'HANGUP' : status);
      return 0;
    }
  }
  const digits = Number.parseInt(most, 10);
  const wish = {
    files: files.split('&'),
    most: digits >= 1 && digits <= 255 ? digits : 255,
    ms: 1000 * (Number.parseFloat(timeout) || 0),
    terminator: keys ?? '#',
  };
  for (let tries = Number.parseInt(attempts, 10) || 1; tries > 0; tries--) {
    const got = yield* gathered(channel, sounds, wish);
    setVariable(channel, name, got.digits);
    if (got.status === 'OK' || got.status === 'TIMEOUT') status = got.status;
    if (got.digits !== '' || got.status === 'HANGUP' || got.status === 'ERROR') break;
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

type Gathered = { digits: string; status: 'OK' | 'TIMEOUT' | 'HANGUP' | 'ERROR' };

function* gathered(channel: Channel, sounds: Sounds, wish: Gathering): Thread<Gathered> {
  let last: Gathered = { digits: '', status: 'TIMEOUT' };
  for (const [at, file] of wish.files.entries()) {
    const isLast = at === wish.files.length - 1;
    const length = file === '' ? 0 : sounds.length(channel, file);
    if (length === undefined) {
      last = { digits: '', status: 'ERROR' };
      continue;
    }
    if (file !== '') sounds.begin(channel, file);
    const { responseMs = 6000, digitMs = 2000 } = channel.pbx ?? {};
    const first = isLast ? wish.ms || responseMs : 50;
    const next = isLast ? wish.ms || digitMs : digitMs;
    last = yield* readString(channel, sounds, wish, { length, first, next });
    if (last.status === 'OK' || last.status === 'HANGUP' || last.digits !== '') return last;
  }
  return last;
}

function* readString(
  channel: Channel,
  sounds: Sounds,
  { most, terminator }: Gathering,
  { length, first, next }: { length: number; first: number; next: number },
): Thread<Gathered> {
  let digits = '';
  const promptEnds = sounds.clock.now().getTime() + length;
  for (let wait = length + first; ; wait = next) {
    const digit = yield* waitForDigit(channel, sounds.clock, wait, digits === '' ? promptEnds : 0);
    sounds.stop(channel);
    if (digit === 'refused') return { digits, status: 'ERROR' };
    if (digit === 'hung up') return { digits, status: 'HANGUP' };
    if (digit === undefined) return { digits, status: 'TIMEOUT' };
    if (terminator.includes(digit)) return { digits, status: 'OK' };
    digits += digit;
    if (digits.length >= most) return { digits, status: 'OK' };
  }
}

/** @param promptEnds until when a prompt plays, which ends where the other end is busy */
function* waitForDigit(channel: Channel, clock: Clock, ms: number, promptEnds: number): Thread<string | undefined> {
  const end = clock.now().getTime() + ms;
  for (;;) {
    const left = end - clock.now().getTime();
    if (left <= 0 && !channel.isReadable) return undefined;
    yield* waitUntil(() => channel.isReadable, channel.changed, clock, Math.max(0, left));
    if (!channel.isReadable) return undefined;
    const frame = channel.read();
    if (!frame) return 'hung up';
    if (frame.type === 'digit') return frame.digit;
    if (refuses(frame) && clock.now().getTime() < promptEnds) return 'refused';
  }
}
