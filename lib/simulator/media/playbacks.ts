import type { Playback } from '../../ari/generated/model.ts';
import type { Channel, Frame } from '../channel/channel.ts';
import type { Clock } from '../clock.ts';
import { Refusal } from '../refusal.ts';
import type { Thread } from '../threads.ts';
import { type MediaLibrary, streamed } from './media-library.ts';

export type PlaybackEvent = 'PlaybackStarted' | 'PlaybackContinuing' | 'PlaybackFinished';
type Tell = (type: PlaybackEvent, playback: Playback) => void;
type State = 'queued' | 'playing' | 'paused' | 'continuing' | 'done' | 'failed' | 'stopped' | 'canceled';

export interface PlaybackWish {
  id: string;
  media: readonly string[];
  /** `channel:1795403597.0` */
  target: string;
  language: string;
  /** Where the first medium begins, in milliseconds. */
  offsetMs: number;
  /** How far `forward` and `reverse` go, in milliseconds. */
  skipMs: number;
}

/** What `playbacks.control` puts in for the thread that plays. */
const OPERATION = /^(stop|suspend|restart|reverse|forward)$/;

/** What can be done to a playback in which state. */
const ALLOWED: Record<string, readonly State[]> = {
  restart: ['queued', 'playing', 'continuing'],
  pause: ['playing', 'continuing', 'paused'],
  unpause: ['playing', 'continuing', 'paused'],
  reverse: ['playing', 'continuing'],
  forward: ['playing', 'continuing'],
};

/** Playbacks that play or wait for their turn. */
export class Playbacks {
  readonly #all = new Map<string, PlaybackTask[]>();
  readonly #clock: Clock;
  readonly #library: MediaLibrary;
  readonly #recording: (name: string) => number | undefined | null;

  /** @param recording how long a stored recording plays; undefined where it fails, null where there is none */
  constructor(clock: Clock, library: MediaLibrary, recording: (name: string) => number | undefined | null) {
    this.#clock = clock;
    this.#library = library;
    this.#recording = recording;
  }

  /** A playback that is still to be played on a channel. */
  create(wish: PlaybackWish, tell: Tell): PlaybackTask {
    const task = new PlaybackTask(wish, tell, this.#clock, (media) => this.#length(media, wish.language));
    this.#all.set(wish.id, [...(this.#all.get(wish.id) ?? []), task]);
    return task;
  }

  remove(task: PlaybackTask): void {
    const left = (this.#all.get(task.id) ?? []).filter((other) => other !== task);
    if (left.length > 0) this.#all.set(task.id, left);
    else this.#all.delete(task.id);
  }

  get(id: string): PlaybackTask {
    const task = this.#all.get(id)?.at(0);
    if (!task) throw new Refusal(404, 'Playback not found');
    return task;
  }

  /** Whether something plays on a channel now. */
  playsOn(channel: Channel): boolean {
    return [...this.#all.values()].flat().some((task) => task.channel === channel && task.isPlaying);
  }

  /** How long a medium plays; null where it makes no sense, so that it is left out without a word. */
  #length(media: string, language: string): number | undefined | null {
    const [scheme = '', name = ''] = media.split(/:(.*)/s);
    if (scheme === 'sound') return this.#library.file(name, language);
    if (scheme === 'recording') return this.#recording(name);
    if (scheme === 'number') return Number.isNaN(Number.parseInt(name, 10)) ? null : this.#library.spoken(name);
    if (scheme === 'digits' || scheme === 'characters') return this.#library.spoken(name);
    if (scheme === 'tone') return isTone(name) ? Number.POSITIVE_INFINITY : undefined;
    return null;
  }
}

/** A list of media that is played to a channel or a bridge. */
export class PlaybackTask {
  readonly id: string;
  readonly #wish: PlaybackWish;
  readonly #tell: Tell;
  readonly #clock: Clock;
  readonly #length: (media: string) => number | undefined | null;
  #state: State = 'queued';
  #at = 0;
  /** Some media cannot be paused or stopped. */
  #isControllable = false;
  #channel: Channel | undefined;

  constructor(wish: PlaybackWish, tell: Tell, clock: Clock, length: (media: string) => number | undefined | null) {
    this.id = wish.id;
    this.#wish = wish;
    this.#tell = tell;
    this.#clock = clock;
    this.#length = length;
  }

  get snapshot(): Playback {
    const [media_uri = '', next_media_uri] = this.#wish.media.slice(this.#at);
    const next = next_media_uri === undefined ? {} : { next_media_uri };
    const state = this.#state === 'stopped' || this.#state === 'canceled' ? 'done' : this.#state;
    const { target: target_uri, language } = this.#wish;
    // `paused` is a state that Asterisk gives and its own description does not know.
    return { id: this.id, media_uri, ...next, target_uri, language, state: state as Playback['state'] };
  }

  /** The channel that it plays on. */
  get channel(): Channel | undefined {
    return this.#channel;
  }

  /** Whether something is heard now. */
  get isPlaying(): boolean {
    return this.#channel !== undefined && (this.#state === 'playing' || this.#state === 'paused');
  }

  /** Plays the media one after the other on a channel. */
  *play(channel: Channel): Thread {
    this.#channel = channel;
    if (channel.state !== 'Up') channel.indicate('progress');
    for (const [at, media] of this.#wish.media.entries()) {
      this.#at = at;
      if (this.#state === 'canceled') {
        this.#publish();
        break;
      }
      this.#turn('playing');
      const length = this.#length(media);
      // What makes no sense ends without a word.
      if (length === null) continue;
      if (length !== undefined || !media.startsWith('tone:')) channel.isSentSilence = false;
      this.#isControllable ||= /^(sound|recording|tone):/.test(media);
      const ended = yield* this.#stream(
        channel,
        length,
        media,
        at === 0 && /^(sound|recording):/.test(media) ? this.#wish.offsetMs : 0,
      );
      const isLast = at === this.#wish.media.length - 1 || channel.isHungUp;
      if (ended === 'played' || (/^(stopped|refused)$/.test(ended) && media.startsWith('tone:'))) {
        this.#turn(isLast ? 'done' : 'continuing');
      } else if (this.#state === 'stopped') this.#publish();
      else this.#turn(isLast ? 'failed' : 'continuing');
      if (channel.isHungUp || (ended === 'stopped' && !media.startsWith('tone:'))) break;
    }
    this.#channel = undefined;
  }

  stop(): void {
    if (this.#state === 'queued') this.#state = 'canceled';
    else if (['playing', 'continuing', 'paused'].includes(this.#state)) {
      if (!this.#isControllable) throw new Refusal(500, 'Could not stop playback');
      this.#state = 'stopped';
      this.#channel?.control('stop');
    }
  }

  control(operation: string): void {
    const allowed = ALLOWED[operation] ?? [];
    if (!allowed.includes(this.#state)) throw new Refusal(409, `Can only ${operation} while media is playing`);
    if (this.#state === 'queued') return;
    if ((operation === 'pause') === (this.#state === 'paused') && /pause/.test(operation)) return;
    if (!this.#isControllable) throw new Refusal(500, `Could not ${operation} playback`);
    if (operation === 'pause') this.#state = 'paused';
    if (operation === 'unpause') this.#turn('playing');
    this.#channel?.control(
      /^(un)?pause$/.test(operation) ? 'suspend' : (operation as 'restart' | 'reverse' | 'forward'),
    );
  }

  /** Plays one medium, with its pauses. */
  *#stream(
    channel: Channel,
    length: number | undefined,
    media: string,
    offsetMs: number,
  ): Thread<'played' | 'stopped' | 'refused' | 'failed'> {
    if (length === undefined) return 'failed';
    // Asterisk speaks English numbers in another way than all others: those take no notice of a call that is over.
    const isForeign = media.startsWith('number:') && !this.#wish.language.startsWith('en');
    if (isForeign && channel.isHungUp) return 'played';
    const { skipMs } = this.#wish;
    let left = length - offsetMs;
    for (;;) {
      const begun = this.#clock.now().getTime();
      let asked: Frame | undefined;
      const ended = yield* streamed(channel, this.#clock, left, (frame) => {
        asked = frame.type === 'control' && OPERATION.test(frame.control) ? frame : undefined;
        return asked !== undefined;
      });
      if (ended === 'played' || ended === 'refused') return ended;
      if (ended !== 'stopped' || asked?.type !== 'control') return 'failed';
      if (asked.control === 'stop') return 'stopped';
      left -= this.#clock.now().getTime() - begun;
      if (asked.control === 'restart') left = length;
      // Where that is beyond the end, Asterisk goes back as far from the end.
      else if (asked.control === 'forward') left = left > skipMs ? left - skipMs : Math.min(length, skipMs);
      else if (asked.control === 'reverse') left = Math.min(length, left + skipMs);
      else {
        const paused = yield* this.#pause(channel, media);
        if (paused !== 'suspend') return paused;
      }
    }
  }

  *#pause(channel: Channel, media: string): Thread<'suspend' | 'stopped' | 'refused' | 'failed'> {
    for (;;) {
      let asked: 'suspend' | 'stopped' = 'stopped';
      const ended = yield* streamed(channel, this.#clock, Number.POSITIVE_INFINITY, (frame) => {
        if (frame.type !== 'control' || (frame.control !== 'suspend' && frame.control !== 'stop')) return false;
        asked = frame.control === 'stop' ? 'stopped' : 'suspend';
        return true;
      });
      if (ended === 'stopped') return asked;
      if (ended !== 'refused') return 'failed';
      // Of a busy other end, a paused sound takes no notice.
      if (media.startsWith('tone:')) return ended;
    }
  }

  #turn(state: State): void {
    this.#state = state;
    this.#publish();
  }

  #publish(): void {
    const { snapshot } = this;
    if (snapshot.state === 'playing') this.#tell('PlaybackStarted', snapshot);
    else if (snapshot.state === 'continuing') this.#tell('PlaybackContinuing', snapshot);
    else if (snapshot.state === 'done' || snapshot.state === 'failed') this.#tell('PlaybackFinished', snapshot);
  }
}

/** A name of a tone, or frequencies and times: `440/1000,0/4000`. */
function isTone(text: string): boolean {
  const [tone = ''] = text.split(';');
  return /^(dial|busy|ring|congestion|callwaiting|dialrecall|record|info|stutter)$|^[!\d+*/,.]*\d[!\d+*/,.]*$/.test(
    tone,
  );
}
