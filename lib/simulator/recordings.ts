import type { LiveRecording, StoredRecording } from '../ari/generated/model.ts';
import type { Apps } from './apps.ts';
import type { Clock } from './clock.ts';
import type { MediaTarget } from './playbacks.ts';
import { Refusal } from './refusal.ts';
import type { Task } from './task-queue.ts';

export interface RecordingWish {
  name: string;
  format: string;
  /** Seconds; 0 for no limit. */
  maxDuration: number;
  ifExists: string;
  /** `none`, `any`, `*` or `#` */
  terminateOn: string;
}

/** Recordings that are being made, and those that are stored. */
export class Recordings {
  readonly #live = new Map<string, RecordingTask>();
  readonly #stored = new Map<string, StoredRecording>();
  readonly #apps: Apps;
  readonly #clock: Clock;

  constructor(apps: Apps, clock: Clock) {
    this.#apps = apps;
    this.#clock = clock;
  }

  record(target: MediaTarget, wish: RecordingWish): LiveRecording {
    const { name, format, maxDuration, ifExists, terminateOn } = wish;
    if (name === '') throw new Refusal(500, 'Error parsing request');
    if (maxDuration < 0) throw new Refusal(400, 'max_duration_seconds cannot be negative');
    if (!['fail', 'overwrite', 'append'].includes(ifExists)) throw new Refusal(400, 'ifExists invalid');
    if (!['none', 'any', '*', '#'].includes(terminateOn)) throw new Refusal(400, 'terminateOn invalid');
    if (!['wav', 'gsm', 'ulaw', 'sln'].includes(format)) {
      throw new Refusal(422, 'specified format is unknown on this system');
    }
    if (this.#live.has(name) || (this.#stored.has(name) && ifExists === 'fail')) {
      throw new Refusal(409, `Recording '${name}' already exists and can not be overwritten`);
    }
    const task = new RecordingTask(wish, target, this.#clock, (type, recording, kept) => {
      if (type === 'RecordingFinished') {
        this.#live.delete(name);
        if (kept) this.#stored.set(name, { name, format });
      }
      this.#apps.emit(target.audience(), type, { recording });
    });
    const queued = task.snapshot;
    this.#live.set(name, task);
    target.queue.push(task);
    return queued;
  }

  live(name: string): RecordingTask {
    return found(this.#live.get(name));
  }

  get stored(): StoredRecording[] {
    return [...this.#stored.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  storedOne(name: string): StoredRecording {
    return found(this.#stored.get(name));
  }

  copy(name: string, destination: string): StoredRecording {
    const { format } = this.storedOne(name);
    if (destination === '') throw new Refusal(400, 'Invalid destination recording name');
    if (this.#stored.has(destination)) {
      throw new Refusal(409, 'A recording with the same name already exists on the system');
    }
    const copied = { name: destination, format };
    this.#stored.set(destination, copied);
    return copied;
  }

  deleteStored(name: string): void {
    this.storedOne(name);
    this.#stored.delete(name);
  }
}

type Tell = (type: 'RecordingStarted' | 'RecordingFinished', recording: LiveRecording, kept: boolean) => void;

export class RecordingTask implements Task {
  #state: LiveRecording['state'] = 'queued';
  #beganAt = 0;
  #duration: number | undefined;
  #done = (): void => {};
  #cancel = (): void => {};
  readonly #wish: RecordingWish;
  readonly #target: MediaTarget;
  readonly #clock: Clock;
  readonly #tell: Tell;

  constructor(wish: RecordingWish, target: MediaTarget, clock: Clock, tell: Tell) {
    this.#wish = wish;
    this.#target = target;
    this.#clock = clock;
    this.#tell = tell;
  }

  get snapshot(): LiveRecording {
    const duration = this.#duration === undefined ? {} : { duration: this.#duration };
    const { name, format } = this.#wish;
    return { name, format, state: this.#state, target_uri: this.#target.uri, ...duration };
  }

  begin(done: () => void): void {
    this.#done = done;
    this.#state = 'recording';
    this.#beganAt = this.#clock.now().getTime();
    this.#tell('RecordingStarted', this.snapshot, false);
    const { maxDuration } = this.#wish;
    if (maxDuration > 0) this.#cancel = this.#clock.after(maxDuration * 1000, () => this.finish());
  }

  /** What was recorded until the caller hung up is kept. */
  abort(): void {
    if (this.#state !== 'queued') this.finish();
  }

  endsOn(digit: string): boolean {
    return this.#wish.terminateOn === 'any' || this.#wish.terminateOn === digit;
  }

  pause(paused: boolean): void {
    this.#state = paused ? 'paused' : 'recording';
  }

  /** Asterisk reports a cancelled recording as any other: `done`. */
  finish(kept = true): void {
    this.#cancel();
    this.#state = 'done';
    this.#duration = Math.round((this.#clock.now().getTime() - this.#beganAt) / 1000);
    this.#tell('RecordingFinished', this.snapshot, kept);
    this.#done();
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Refusal(404, 'Recording not found');
  return value;
}
