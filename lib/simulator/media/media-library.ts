import type { Channel, Frame } from '../channel/channel.ts';
import type { Clock } from '../clock.ts';
import { type Thread, waitUntil } from '../threads.ts';

/** Where no length is in the name, as in `silence/5`. */
const SOUND_MS = 2000;
/** Of a digit or letter: Asterisk's English ones take 0.6 to 0.9 s. */
const SPOKEN_MS = 800;
/** Asterisk's package of silences has ten. */
const LONGEST_SILENCE = 10;

/** The sounds that there are, and how long each plays. */
export class MediaLibrary {
  readonly #missing: readonly string[];
  readonly #lengths: Readonly<Record<string, number>>;

  /** @param missing media that are not there: `sound:there-is-none` */
  constructor(missing: readonly string[], lengths: Readonly<Record<string, number>>) {
    this.#missing = missing;
    this.#lengths = lengths;
  }

  /** How long a sound file plays, in milliseconds; undefined where there is none. */
  file(name: string, _language: string): number | undefined {
    const seconds = /^silence\/(\d+)$/.exec(name)?.[1];
    if (seconds !== undefined) {
      return Number(seconds) >= 1 && Number(seconds) <= LONGEST_SILENCE ? Number(seconds) * 1000 : undefined;
    }
    if (name === '' || this.isMissing(`sound:${name}`)) return undefined;
    return this.#lengths[name] ?? SOUND_MS;
  }

  /** Whether a medium is one of those that are not there. */
  isMissing(media: string): boolean {
    return this.#missing.includes(media);
  }

  /** Some of the sounds, for lists of them. */
  get sounds(): string[] {
    const silences = Array.from({ length: LONGEST_SILENCE }, (_, at) => `silence/${at + 1}`);
    return [...new Set(['beep', 'hello-world', ...silences, ...Object.keys(this.#lengths)])];
  }

  /** How long it takes to say something, character by character. */
  spoken(characters: string): number {
    return characters.length * SPOKEN_MS;
  }
}

/** What a thread that plays does with a frame: whether it stops. */
export type FrameHandler = (frame: Frame) => boolean;

/** `refused`: the other end says that it is busy or that there is no way, which ends a sound and no call. */
export type Ended = 'played' | 'stopped' | 'refused' | 'hung up' | 'missing';

/** Plays for a while, and reads what comes in meanwhile. */
export function* streamed(
  channel: Channel,
  clock: Clock,
  length: number | undefined,
  stops: FrameHandler,
): Thread<Ended> {
  if (length === undefined) return 'missing';
  const end = clock.now().getTime() + length;
  for (;;) {
    const left = end - clock.now().getTime();
    if (left <= 0) return 'played';
    yield* waitUntil(
      () => channel.isReadable,
      channel.changed,
      clock,
      left === Number.POSITIVE_INFINITY ? undefined : left,
    );
    if (!channel.isReadable) continue;
    const frame = channel.read();
    if (!frame) return 'hung up';
    if (stops(frame)) return 'stopped';
    if (refuses(frame)) return 'refused';
  }
}

/** Whether a sound has not come to its end. */
export const isCutShort = (ended: Ended): boolean => ended === 'refused' || ended === 'hung up';

/** Whether the other end says with a frame that it is busy, or that there is no way. */
export function refuses(frame: Frame): boolean {
  return frame.type === 'control' && (frame.control === 'busy' || frame.control === 'congestion');
}
