import type { Playback } from '../ari/generated/model.ts';
import type { Apps } from './apps.ts';
import type { Clock } from './clock.ts';
import { Refusal } from './refusal.ts';
import type { Task, TaskQueue } from './task-queue.ts';

/** What media are played to, and what is recorded: a channel or a bridge. */
export interface MediaTarget {
  /** `channel:1795403597.0` */
  uri: string;
  queue: TaskQueue;
  /** Apps that receive its events. */
  audience: () => Iterable<string>;
}

/** How long a medium plays, in milliseconds; `undefined` where there is no such sound. */
export type MediaLength = (media: string) => number | undefined;

/** All playbacks that play or wait for their turn. */
export class Playbacks {
  readonly #all = new Map<string, PlaybackTask>();
  readonly #apps: Apps;
  readonly #clock: Clock;
  readonly #lengthOf: MediaLength;

  constructor(apps: Apps, clock: Clock, lengthOf: MediaLength) {
    this.#apps = apps;
    this.#clock = clock;
    this.#lengthOf = lengthOf;
  }

  play(target: MediaTarget, id: string, media: readonly string[]): Playback {
    if (media.length === 0) throw new Refusal(400, 'Missing parameter media');
    const task = new PlaybackTask(id, media, target, this.#lengthOf, this.#clock, (type, playback) => {
      if (type === 'PlaybackFinished') this.#all.delete(id);
      this.#apps.emit(target.audience(), type, { playback });
    });
    const queued = task.snapshot;
    this.#all.set(id, task);
    target.queue.push(task);
    return queued;
  }

  get(id: string): PlaybackTask {
    const task = this.#all.get(id);
    if (!task) throw new Refusal(404, 'Playback not found');
    return task;
  }
}

type Tell = (type: 'PlaybackStarted' | 'PlaybackContinuing' | 'PlaybackFinished', playback: Playback) => void;

export class PlaybackTask implements Task {
  #state: string = 'queued';
  /** Index of the medium that plays. */
  #at = 0;
  #stopped = false;
  #done: (() => void) | undefined;
  #cancel = (): void => {};
  readonly #id: string;
  readonly #media: readonly string[];
  readonly #target: MediaTarget;
  readonly #lengthOf: MediaLength;
  readonly #clock: Clock;
  readonly #tell: Tell;

  constructor(
    id: string,
    media: readonly string[],
    target: MediaTarget,
    lengthOf: MediaLength,
    clock: Clock,
    tell: Tell,
  ) {
    this.#id = id;
    this.#media = media;
    this.#target = target;
    this.#lengthOf = lengthOf;
    this.#clock = clock;
    this.#tell = tell;
  }

  get snapshot(): Playback {
    const [media_uri = '', next_media_uri] = this.#media.slice(this.#at);
    const next = next_media_uri === undefined ? {} : { next_media_uri };
    // `paused` is a state that Asterisk gives and its own description does not know.
    const state = this.#state as Playback['state'];
    return { id: this.#id, media_uri, ...next, target_uri: this.#target.uri, language: 'en', state };
  }

  begin(done: () => void): void {
    this.#done = done;
    if (this.#stopped) this.#finish('done');
    else this.#playMedium();
  }

  abort(): void {
    if (this.#state === 'queued' && !this.#stopped) this.#turn('playing', 'PlaybackStarted');
    this.#finish(this.#stopped ? 'done' : 'failed');
  }

  /** One that waits for its turn ends when the turn has come. */
  stop(): void {
    this.#stopped = true;
    if (this.#state !== 'queued') this.#finish('done');
  }

  control(operation: string): void {
    if (!['restart', 'pause', 'unpause', 'reverse', 'forward'].includes(operation)) {
      throw new Refusal(400, `Invalid operation ${operation}`);
    }
    if (operation === 'unpause' && this.#state === 'paused') {
      this.#playMedium();
      return;
    }
    if (this.#state !== 'playing') throw new Refusal(409, `Can only ${operation} while media is playing`);
    if (operation === 'pause') {
      this.#cancel();
      this.#state = 'paused';
    } else if (operation === 'restart') {
      this.#cancel();
      this.#runOut();
    }
  }

  #playMedium(): void {
    this.#turn('playing', 'PlaybackStarted');
    this.#runOut();
  }

  /** After a pause, or from its beginning, a playback plays its whole length again. */
  #runOut(): void {
    const length = this.#lengthOf(this.#media[this.#at] ?? '');
    if (length === undefined) this.#mediumEnded('failed');
    else this.#cancel = this.#clock.after(length, () => this.#mediumEnded('done'));
  }

  #mediumEnded(state: 'done' | 'failed'): void {
    if (this.#at + 1 === this.#media.length) {
      this.#finish(state);
      return;
    }
    // Names the medium that has ended, and as the next one that which begins.
    this.#turn('continuing', 'PlaybackContinuing');
    this.#at += 1;
    this.#playMedium();
  }

  #finish(state: 'done' | 'failed'): void {
    this.#cancel();
    this.#turn(state, 'PlaybackFinished');
    this.#done?.();
  }

  #turn(state: Playback['state'], type: Parameters<Tell>[0]): void {
    this.#state = state;
    this.#tell(type, this.snapshot);
  }
}
