import type { LiveRecording, StoredRecording } from '../../ari/generated/model.ts';
import type { Channel } from '../channel/channel.ts';
import type { Clock } from '../clock.ts';
import { answered } from '../dialplan/applications.ts';
import { Refusal } from '../refusal.ts';
import { type Thread, waitUntil } from '../threads.ts';

export interface RecordingWish {
  name: string;
  format: string;
  target: string;
  /** Seconds; 0 for no limit. */
  maxDuration: number;
  /** Seconds of silence that end it; 0 for no limit. */
  maxSilence: number;
  ifExists: string;
  /** `none`, `any`, `*` or `#` */
  terminateOn: string;
}

export type RecordingEvent = 'RecordingStarted' | 'RecordingFinished' | 'RecordingFailed';
type Tell = (type: RecordingEvent, recording: LiveRecording) => void;
type State = 'queued' | 'recording' | 'paused' | 'done' | 'failed' | 'canceled';

/** Where ARI's recordings are. */
export const RECORDINGS_FOLDER = '/var/spool/asterisk/recording/';

/** File formats of Asterisk as Debian builds it, by their endings. */
const FORMATS = [
  ...['wav', 'wav16', 'wav49', 'WAV', 'gsm', 'ulaw', 'ul', 'mu', 'pcm', 'ulw', 'alaw', 'al', 'alw', 'au', 'vox', 'ogg'],
  ...[
    'g719',
    'g722',
    'g723',
    'g723sf',
    'g729',
    'g726-40',
    'g726-32',
    'g726-24',
    'g726-16',
    'siren7',
    'siren14',
    'ilbc',
  ],
  ...['sln', 'slin', 'raw', 'sln12', 'sln16', 'sln24', 'sln32', 'sln44', 'sln48', 'sln96', 'sln192', 'spx', 'spx16'],
  ...['spx32', 'opus', 'h263', 'h264'],
];

/** Those that hold nothing but sound. */
const HEADERLESS = /^(ulaw|ul|mu|pcm|ulw|alaw|al|alw|gsm|sln\d*|slin|raw|g722|g726-\d\d|vox)$/;

export function isFileFormat(format: string): boolean {
  return FORMATS.includes(format);
}

/** Recordings that are being made, and those that are stored. */
export class Recordings {
  readonly #live = new Map<string, RecordingTask>();
  readonly #stored = new Map<string, { recording: StoredRecording; seconds: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Looks at what is asked for before any channel is. */
  static check({ maxDuration, maxSilence }: RecordingWish): void {
    if (maxDuration < 0) throw new Refusal(400, 'max_duration_seconds cannot be negative');
    if (maxSilence < 0) throw new Refusal(400, 'max_silence_seconds cannot be negative');
  }

  create(wish: RecordingWish, tell: Tell): RecordingTask {
    const { name, format, ifExists, terminateOn } = wish;
    if (!['none', 'any', '*', '#'].includes(terminateOn.toLowerCase())) throw new Refusal(400, 'terminateOn invalid');
    if (!['fail', 'overwrite', 'append'].includes(ifExists.toLowerCase())) throw new Refusal(400, 'ifExists invalid');
    if (!isFileFormat(format)) throw new Refusal(422, 'specified format is unknown on this system');
    if (name === '') throw new Refusal(500, 'Error parsing request');
    if (name.split('/').includes('..')) throw new Refusal(400, 'Recording name invalid');
    if (this.#live.has(name) || (this.#stored.has(name) && ifExists.toLowerCase() === 'fail')) {
      throw new Refusal(409, `Recording '${name}' already exists and can not be overwritten`);
    }
    const task = new RecordingTask(wish, tell, this.#clock, () => {
      this.keep({ name, format }, 0);
    });
    this.#live.set(name, task);
    return task;
  }

  /** A file is there now, or a longer one. */
  keep(recording: StoredRecording, seconds: number): void {
    this.#stored.set(recording.name, { recording, seconds });
  }

  forget(name: string): void {
    this.#stored.delete(name);
  }

  /** Keeps what was recorded, unless it is not wanted. */
  finish(task: RecordingTask): void {
    const { name, format } = task.wish;
    this.#live.delete(name);
    const stored = this.#stored.get(name);
    // Somebody may have deleted the file meanwhile.
    if (!stored || !task.wasBegun) return;
    if (task.isKept) this.keep({ name, format }, task.seconds);
    else this.forget(name);
  }

  live(name: string): RecordingTask {
    return found(this.#live.get(name));
  }

  /** Ends a live recording, and deletes its file, which somebody may have done before. */
  cancel(name: string): void {
    const task = this.live(name);
    const hadFile = !task.isUnderWay || this.#stored.has(name);
    task.end(false);
    if (!hadFile) throw new Refusal(500, 'Recording operation failed');
  }

  get stored(): StoredRecording[] {
    return [...this.#stored.values()].map(({ recording }) => recording).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  storedOne(name: string): StoredRecording {
    return found(this.#stored.get(name)).recording;
  }

  /**
   * How long a recording plays, in milliseconds; null where there is none. One that is still being made plays nothing, and
   * fails in a format that begins with a header: Asterisk writes that at its end.
   */
  length(name: string): number | undefined | null {
    const stored = this.#stored.get(name);
    if (!stored) return null;
    if (this.#live.get(name)?.isUnderWay && !HEADERLESS.test(stored.recording.format)) return undefined;
    return stored.seconds * 1000;
  }

  /** The bytes of a recording: silence, which is nothing but zeros. */
  file(name: string): Uint8Array {
    return new Uint8Array(16_000 * Math.max(1, found(this.#stored.get(name)).seconds));
  }

  copy(name: string, destination: string | undefined): StoredRecording {
    const { recording, seconds } = found(this.#stored.get(name));
    if (destination === undefined) throw new Refusal(400, 'Invalid destination recording name');
    if (destination === '') throw new Refusal(500, 'Error building response');
    if (destination.split('/').includes('..')) throw new Refusal(403, 'Destination file path is forbidden');
    if (this.#stored.has(destination)) {
      throw new Refusal(409, 'A recording with the same name already exists on the system');
    }
    const copied = { name: destination, format: recording.format };
    this.keep(copied, seconds);
    return copied;
  }

  deleteStored(name: string): void {
    this.storedOne(name);
    this.forget(name);
  }
}

/** How long Asterisk waits for sound of a call that was over before its recording began. */
const NOTHING_COMES_MS = 4000;

/** A recording of a channel or a bridge. */
export class RecordingTask {
  readonly wish: RecordingWish;
  readonly #tell: Tell;
  readonly #clock: Clock;
  readonly #begun: () => void;
  #state: State = 'queued';
  #cancelled = false;
  #paused = false;
  #duration: number | undefined;
  #cause: string | undefined;
  #channel: Channel | undefined;

  /** @param begun there is a file from now on */
  constructor(wish: RecordingWish, tell: Tell, clock: Clock, begun: () => void) {
    this.wish = wish;
    this.#tell = tell;
    this.#clock = clock;
    this.#begun = begun;
  }

  get snapshot(): LiveRecording {
    const { name, format, target: target_uri } = this.wish;
    const duration = this.#duration === undefined ? {} : { duration: this.#duration };
    const cause = this.#cause === undefined ? {} : { cause: this.#cause };
    return { name, format, state: this.#state, target_uri, ...duration, ...cause };
  }

  get wasBegun(): boolean {
    return this.#duration !== undefined;
  }

  get isUnderWay(): boolean {
    return this.#state === 'recording' || this.#state === 'paused';
  }

  get isKept(): boolean {
    return this.wasBegun && !this.#cancelled;
  }

  get seconds(): number {
    return this.#duration ?? 0;
  }

  fail(cause: string): void {
    this.#cause = cause;
    this.#turn('failed', 'RecordingFailed');
  }

  *record(channel: Channel): Thread {
    this.#channel = channel;
    if (channel.state !== 'Up' && (yield* answered(channel, this.#clock)) !== 0) {
      this.fail('Failed to answer channel');
      return;
    }
    this.#turn('recording', 'RecordingStarted');
    this.#begun();
    const begun = this.#clock.now().getTime();
    if (channel.isSentSilence && channel.isHungUp) channel.read();
    else if (channel.isHungUp) yield* waitUntil(() => channel.hasNews, channel.changed, this.#clock, NOTHING_COMES_MS);
    else yield* this.#listen(channel, begun);
    this.#duration = Math.floor((this.#clock.now().getTime() - begun) / 1000);
    this.#turn('done', 'RecordingFinished');
  }

  /** The event of a cancelled recording is that of any other: `done`. */
  end(keep: boolean): void {
    if (this.#state === 'canceled' || this.#state === 'done') throw new Refusal(409, 'Recording not in session');
    if (this.#state === 'queued') {
      this.#state = 'canceled';
      return;
    }
    this.#state = keep ? 'done' : 'canceled';
    this.#cancelled = !keep;
    this.#channel?.control(keep ? 'stop recording' : 'cancel recording');
  }

  pause(paused: boolean): void {
    this.#needsSession();
    if (paused === (this.#state === 'paused')) return;
    this.#state = paused ? 'paused' : 'recording';
    this.#channel?.control('suspend recording');
  }

  mute(): void {
    this.#needsSession();
  }

  /** Until something ends it. The simulated line is silent, so that a longest silence is over in its time. */
  *#listen(channel: Channel, begun: number): Thread {
    const { maxDuration, maxSilence, terminateOn } = this.wish;
    const ends = terminateOn === 'any' ? '#*0123456789abcd' : terminateOn === 'none' ? '' : terminateOn;
    let heard = begun;
    for (;;) {
      const limits = [
        ...(maxDuration > 0 ? [begun + 1000 * maxDuration] : []),
        ...(maxSilence > 0 ? [heard + 1000 * maxSilence] : []),
      ];
      const now = this.#clock.now().getTime();
      const left = limits.length > 0 && !this.#paused ? Math.min(...limits) - now : undefined;
      if (left !== undefined && left <= 0) return;
      yield* waitUntil(() => channel.isReadable, channel.changed, this.#clock, left);
      if (!channel.isReadable) continue;
      const frame = channel.read();
      if (!frame) return;
      if (frame.type === 'digit') heard = this.#clock.now().getTime();
      if (frame.type === 'digit' && ends.includes(frame.digit)) return;
      if (frame.type !== 'control') continue;
      if (frame.control === 'stop recording' || frame.control === 'cancel recording') return;
      if (frame.control === 'suspend recording') this.#paused = !this.#paused;
    }
  }

  #needsSession(): void {
    if (!this.isUnderWay) throw new Refusal(409, 'Recording not in session');
  }

  #turn(state: State, type: RecordingEvent): void {
    this.#state = state;
    this.#tell(type, this.snapshot);
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Refusal(404, 'Recording not found');
  return value;
}
