import type { Channel } from '../channel/channel.ts';
import type { Clock } from '../clock.ts';
import { type Ended, isCutShort, type MediaLibrary, streamed } from '../media/media-library.ts';
import { RECORDINGS_FOLDER, type Recordings } from '../media/recordings.ts';
import type { Thread } from '../threads.ts';

/** What the dialplan's applications play to a channel. */
export class Sounds {
  readonly clock: Clock;
  readonly library: MediaLibrary;
  readonly #recordings: Recordings;
  readonly #onHeard: (channelId: string, media: string) => void;
  /** Until when a channel hears what began last. */
  readonly #ends = new WeakMap<Channel, number>();

  /** @param onHeard called when something begins to play, with its name as ARI has it: `sound:beep` */
  constructor(
    clock: Clock,
    library: MediaLibrary,
    recordings: Recordings,
    onHeard: (channelId: string, media: string) => void,
  ) {
    this.clock = clock;
    this.library = library;
    this.#recordings = recordings;
    this.#onHeard = onHeard;
  }

  /** How long a file plays, in milliseconds; undefined where there is none. */
  length(channel: Channel, file: string): number | undefined {
    const recording = recordingIn(file);
    return recording === undefined
      ? this.library.file(file, channel.language)
      : (this.#recordings.length(recording) ?? undefined);
  }

  /** Whether a channel hears something that ends by itself. */
  isPlaying(channel: Channel): boolean {
    return (this.#ends.get(channel) ?? 0) > this.clock.now().getTime();
  }

  /** A channel hears it no more, though it is not at its end. */
  stop(channel: Channel): void {
    this.#ends.delete(channel);
  }

  /** Lets a channel hear a file from now on. */
  begin(channel: Channel, file: string): void {
    const recording = recordingIn(file);
    this.#ends.set(channel, this.clock.now().getTime() + (this.length(channel, file) ?? 0));
    this.#onHeard(channel.id, recording === undefined ? `sound:${file}` : `recording:${recording}`);
  }

  /** Plays a file to its end. */
  *play(channel: Channel, file: string): Thread<Ended> {
    const length = this.length(channel, file);
    if (length !== undefined) this.begin(channel, file);
    return yield* streamed(channel, this.clock, length, () => false);
  }

  /** Lets a channel hear what is no file from now on. */
  hear(channel: Channel, media: string): void {
    this.#onHeard(channel.id, media);
  }

  /** Says what is no file, for so long. @returns -1 where it was cut short */
  *say(channel: Channel, media: string, ms: number): Thread<number> {
    this.hear(channel, media);
    return isCutShort(yield* streamed(channel, this.clock, ms, () => false)) ? -1 : 0;
  }
}

/** The name of a stored recording, where a file is one. */
function recordingIn(file: string): string | undefined {
  return file.startsWith(RECORDINGS_FOLDER) ? file.slice(RECORDINGS_FOLDER.length) : undefined;
}
