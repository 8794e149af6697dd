import { LONG_SOUND, PHONE } from './program.ts';
import type { AppEvent } from './target.ts';

type Named = { id?: string; name?: string; media_uri?: string; target_uri?: string };

/** Media that play until they are stopped, as far as a program is concerned. */
const LONG = new RegExp(`^(sound:${LONG_SOUND}$|tone:)`);
/** Applications of the dialplan that are over in a moment: answering takes as long as it takes for sound to come. */
const BRIEF =
  /^(Answer\(|Playback\(|Wait\(0?\.?\d\)|Read\(.*,1\)$|Read\(ARI_VALUE,beep,3,|Read\(ARI_VALUE,nothing|MusicOnHold\(default,1\)|Say|Transfer)/;
/** Who is busy says so for a second, and a phone answers. */
const BRIEFLY_CALLED = new RegExp(`^(busy@|${PHONE}$)`);
/** Without any sound, a recording ends after four seconds: also one with a limit, and that of a call that is over. */
const RECORDING_MS = 5000;
/** Everything else. Some media never end, and no event says so. */
const BRIEFLY_MS = 3500;
const SCHEME = /^(sound|recording|number|digits|characters|tone):/;

/**
 * What will end by itself in a moment: programs wait for it, so that nothing depends on how fast a machine is.
 * Each is over within a few seconds, or outlasts the program.
 */
export class Pending {
  readonly #things = new Set<string>();
  /** Of what plays and records: on which channel. */
  readonly #occupied = new Map<string, string>();
  readonly #hungUp = new Set<string>();
  #read = 0;
  #begun = 0;

  /** How many things have begun that end by themselves. */
  get begun(): number {
    return this.#begun;
  }

  /** How long it may take until all of it has ended, in milliseconds; 0 where nothing is under way. */
  limitMs(events: readonly AppEvent[]): number {
    for (const event of events.slice(this.#read)) this.#take(event);
    this.#read = events.length;
    if (this.#things.size === 0) return 0;
    return [...this.#things].some((thing) => thing.startsWith('recording')) ? RECORDING_MS : BRIEFLY_MS;
  }

  /** What has not ended by now never will. */
  giveUp(): void {
    this.#things.clear();
  }

  /** Whether commands for a channel wait behind what plays or records on it. */
  isOccupied(channelId: string): boolean {
    return [...this.#occupied.values()].includes(`channel:${channelId}`);
  }

  #take(event: AppEvent): void {
    const { type } = event;
    const { id: thing = '', name: of = thing, target_uri = '' } = (event.playback ?? event.recording ?? {}) as Named;
    if (/^(Playback|Recording)/.test(type)) this.#occupied.delete(of);
    // What is short is over by the next command.
    const isLong = type === 'PlaybackStarted' && LONG.test((event.playback as Named).media_uri ?? '');
    if (isLong || type === 'RecordingStarted') this.#occupied.set(of, target_uri);
    const { id = '', media_uri = '' } = (event.playback ?? {}) as Named;
    const { name = '' } = (event.recording ?? {}) as Named;
    const channel = (event.channel ?? event.peer ?? {}) as Named;
    if (type === 'ChannelHangupRequest') this.#hungUp.add(`channel:${channel.id}`);
    // Another may have the same id later.
    if (/^(ChannelDestroyed|ChannelCreated|StasisStart)$/.test(type)) this.#hungUp.delete(`channel:${channel.id}`);
    if (event.type === 'PlaybackStarted') {
      this.#set(`playback ${id}`, SCHEME.test(media_uri) && !LONG.test(media_uri));
    } else if (event.type === 'PlaybackFinished') this.#set(`playback ${id}`, false);
    else if (event.type === 'RecordingStarted') {
      this.#set(`recording ${name}`, /short/.test(name) || this.#hungUp.has(target_uri));
    } else if (event.type.startsWith('Recording')) this.#set(`recording ${name}`, false);
    else if (event.type === 'ChannelDialplan') {
      const line = `${event.dialplan_app}(${event.dialplan_app_data})`;
      this.#set(`dialplan ${channel.id}`, BRIEF.test(line));
    } else if (event.type === 'StasisStart') this.#set(`dialplan ${channel.id}`, false);
    else if (event.type === 'Dial' && event.dialstatus === '') {
      this.#set(`dial ${channel.id}`, /short/.test(channel.id ?? '') || BRIEFLY_CALLED.test(String(event.dialstring)));
    } else if (event.type === 'Dial' && event.dialstatus === 'ANSWER') this.#set(`dial ${channel.id}`, false);
    else if (event.type === 'ChannelDestroyed') {
      this.#set(`dialplan ${channel.id}`, false);
      this.#set(`dial ${channel.id}`, false);
    }
  }

  #set(thing: string, pending: boolean): void {
    this.#things.delete(thing);
    if (!pending) return;
    this.#things.add(thing);
    this.#begun += 1;
  }
}
