import { timeOf } from '../../lib/ari/timestamp.ts';
import type { EventSubject } from '../../lib/events/subject.ts';
import { Gaps, type GapsCheckpoint } from './gaps.ts';
import type { AnnouncedStay } from './others.ts';
import { nextStayId, type Stay, stayKey } from './stay.ts';

/** What the connector knows about a channel. */
interface KnownChannel {
  callId?: string;
  /** In the order in which they began: the channel is in the last one, or in none. */
  stays: Stay[];
  /** The channel as its last event showed it, while it is in Stasis. */
  snapshot?: Fields;
  /** When it left Stasis or ended, in epoch milliseconds. */
  endedAt?: number;
}

type Fields = Record<string, unknown>;

/** More than an Asterisk holds at once. Beyond it, the state forgets those outside Stasis that were longest without an event. */
const MAX_CHANNELS = 50_000;
/** How many channels are looked at for each event, to find one to forget. */
const LOOKS = 100;
/** More than a channel has at the same place in the dialplan before another connector takes over. */
const MAX_STAYS = 32;
/** How long after a channel's end its events may still come. */
const FORGET_AFTER_MS = 10 * 60_000;
/** How long an event that Asterisk has sent may take to be read. */
const LATE_MS = 5000;

/** The state as the journal keeps it. */
export interface NodeStateCheckpoint {
  channels: [string, KnownChannel][];
  held: string[];
  heldSince: number;
  gaps: GapsCheckpoint;
  startupTime?: string;
}

/** The fields of a call event that the state is built from. */
export interface ObservedEvent {
  type: string;
  timestamp?: unknown;
  application?: unknown;
}

/** How an event came to be. */
export interface Origin {
  /** The connector rebuilt it after a gap. */
  recovered: boolean;
  /** The id of its stay, where an earlier process has determined it. */
  stay?: string;
}

/** What the state knows about an event. */
export interface Observation {
  /** The id of the channel's stay, for `StasisStart` and `StasisEnd`. */
  stay?: string;
  /** Asterisk's own event, after the connector has rebuilt it. */
  isRepeated: boolean;
}

const SENT: Origin = { recovered: false };

/**
 * What one connector knows about one node: which channels are and were in which app, which apps the connector holds, and
 * when it last heard from the node. After a restart on the same disk it is rebuilt from the journal.
 */
export class NodeState {
  /** In the order of their last event. */
  readonly #channels: Map<string, KnownChannel>;
  /** The channel of the last event: it is the last one in that order, unless it was forgotten. */
  #newest: string | undefined;
  /** Apps that this connector held when it last heard from the node. */
  readonly #held: Set<string>;
  /** When an app was last taken from another connector, in epoch milliseconds: since then this one knows every stay. */
  #heldSince: number;
  readonly gaps: Gaps;
  /** When Asterisk started, as it reports; a change means a restart. */
  startupTime: string | undefined;

  constructor(checkpoint?: NodeStateCheckpoint) {
    // An earlier version kept no stays.
    this.#channels = new Map(checkpoint?.channels.filter(([, { stays }]) => Array.isArray(stays)));
    this.#held = new Set(checkpoint?.held);
    this.#heldSince = checkpoint?.heldSince ?? Date.now();
    this.gaps = new Gaps(checkpoint?.gaps);
    this.startupTime = checkpoint?.startupTime;
  }

  checkpoint(): NodeStateCheckpoint {
    const before = Date.now() - FORGET_AFTER_MS;
    for (const [id, { endedAt }] of this.#channels)
      if (endedAt !== undefined && endedAt < before) this.#channels.delete(id);
    return {
      channels: [...this.#channels],
      held: [...this.#held],
      heldSince: this.#heldSince,
      gaps: this.gaps.checkpoint(),
      ...(this.startupTime !== undefined && { startupTime: this.startupTime }),
    };
  }

  /** Notes that this connector holds apps. Another may have held those that it did not hold before. */
  hold(apps: Iterable<string>, since = Date.now()): void {
    for (const app of apps) {
      if (this.#held.has(app)) continue;
      this.#held.add(app);
      this.#heldSince = since;
    }
  }

  /** Notes that this connector no longer holds apps. */
  release(apps: Iterable<string>): void {
    for (const app of apps) this.#held.delete(app);
  }

  holds(app: string): boolean {
    return this.#held.has(app);
  }

  isIn(channelId: string, app: string): boolean {
    return stayOf(this.#channels.get(channelId))?.app === app;
  }

  /** Channels that are in the app, with what their last event showed. */
  inApp(app: string): { id: string; snapshot: Fields }[] {
    return [...this.#channels].flatMap(([id, known]) =>
      stayOf(known)?.app === app ? [{ id, snapshot: known.snapshot ?? { id } }] : [],
    );
  }

  /** The id of a channel's call, by the latest event that had it. */
  callOf(channelId: string): string | undefined {
    return this.#channels.get(channelId)?.callId;
  }

  /** Updates the state of an event's channel. */
  observe(
    event: ObservedEvent,
    { channelId, callId, channel: shown = {} }: Omit<EventSubject, 'resources'>,
    origin = SENT,
  ): Observation {
    if (channelId === undefined) return { isRepeated: false };
    const channel = this.#touch(channelId);
    if (callId !== undefined) channel.callId = callId;
    let observation: Observation = { isRepeated: false };
    const { type, application } = event;
    if (type === 'ChannelDestroyed') leave(channel);
    else if (typeof application === 'string') {
      if (type === 'StasisStart') observation = this.#begin(channel, application, shown, event, origin);
      else if (type === 'StasisEnd') observation = this.#end(channel, application, shown, event, origin);
    }
    if (stayOf(channel) && 'id' in shown) channel.snapshot = shown;
    return observation;
  }

  /** Notes that a channel is in an app, without an event: another connector has forwarded it. */
  adopt(channelId: string, app: string, snapshot: Fields): void {
    const channel = this.#touch(channelId);
    channel.snapshot = snapshot;
    if (stayOf(channel)?.app === app) return;
    enter(channel, { app, id: nextStayId(stayKey(app, snapshot), channel.stays, undefined), start: 'listed' });
  }

  /**
   * Takes note of stays that other connectors have announced.
   *
   * @param isCurrent whether this connector has read the channels' events meanwhile: then it knows better where they are
   */
  learn(announced: readonly AnnouncedStay[], isCurrent: boolean): void {
    for (const { channelId, app, stay, snapshot } of announced) {
      const channel = this.#touch(channelId);
      if (channel.stays.some(({ id }) => id === stay)) continue;
      const current = isCurrent ? stayOf(channel) : undefined;
      // Asterisk's list does not show with which id it was announced.
      if (current?.start === 'listed' && current.app === app) Object.assign(current, { id: stay, start: 'sent' });
      if (current) continue;
      enter(channel, { app, id: stay, start: 'sent' });
      channel.snapshot ??= snapshot;
    }
  }

  /** Whether the stay is known, be it over. */
  knows({ channelId, stay }: AnnouncedStay): boolean {
    return this.#channels.get(channelId)?.stays.some(({ id }) => id === stay) ?? false;
  }

  /** Whether a channel is in one of the apps of which only Asterisk's list is known. */
  hasListed(apps: readonly string[]): boolean {
    for (const channel of this.#channels.values()) {
      const stay = stayOf(channel);
      if (stay?.start === 'listed' && apps.includes(stay.app)) return true;
    }
    return false;
  }

  /** Forgets stays that are known from Asterisk's list only, as no connector has announced them. */
  forgetListed(apps: readonly string[], announced: readonly AnnouncedStay[]): void {
    const known = new Set(announced.map(({ stay }) => stay));
    for (const channel of this.#channels.values()) {
      const stay = stayOf(channel);
      if (stay?.start === 'listed' && apps.includes(stay.app) && !known.has(stay.id)) channel.stays.pop();
    }
  }

  /** Notes that a channel has left, without an event: another connector has forwarded it. */
  forget(channelId: string): void {
    const channel = this.#channels.get(channelId);
    if (channel) leave(channel);
  }

  #begin(channel: KnownChannel, app: string, shown: Fields, event: ObservedEvent, origin: Origin): Observation {
    const current = stayOf(channel);
    if (current?.app === app && current.start !== 'sent' && !origin.recovered) {
      const isRepeated = current.start === 'rebuilt';
      current.start = 'sent';
      return { stay: current.id, isRepeated };
    }
    const id = origin.stay ?? this.#nextStayId(channel, app, shown, event, origin);
    enter(channel, { app, id, start: origin.recovered ? 'rebuilt' : 'sent' });
    return { stay: id, isRepeated: false };
  }

  #end(channel: KnownChannel, app: string, shown: Fields, event: ObservedEvent, origin: Origin): Observation {
    const end = origin.recovered ? 'rebuilt' : 'sent';
    let stay = channel.stays.findLast((one) => one.app === app);
    const isRepeated = stay?.end === 'rebuilt' && !origin.recovered;
    if (stay === undefined || stay.end === 'sent') {
      // It began unseen.
      stay = { app, id: origin.stay ?? this.#nextStayId(channel, app, shown, event, origin), start: 'listed' };
      channel.stays.unshift(stay);
    }
    stay.end = end;
    if (stayOf(channel) === undefined) leave(channel);
    return { stay: stay.id, isRepeated };
  }

  #nextStayId(channel: KnownChannel, app: string, shown: Fields, event: ObservedEvent, { recovered }: Origin): string {
    const since = !recovered && this.#mayHaveStayedBefore(event, shown) ? event.timestamp : undefined;
    return nextStayId(stayKey(app, shown), channel.stays, since);
  }

  /**
   * Whether the channel may have been in the app before, unknown to this connector: it is older than the connector's hold
   * on the apps, or old enough to have been forgotten.
   */
  #mayHaveStayedBefore({ timestamp }: ObservedEvent, { creationtime }: Fields): boolean {
    const [at, created] = [timeOf(timestamp), timeOf(creationtime)];
    if (at === undefined || created === undefined) return true;
    // Both times are by Asterisk's clock, which may differ from this machine's.
    const ageMs = at - created;
    return Date.now() - ageMs < this.#heldSince + LATE_MS || ageMs >= FORGET_AFTER_MS;
  }

  #touch(channelId: string): KnownChannel {
    const known = this.#channels.get(channelId);
    if (known && channelId === this.#newest) return known;
    const channel = known ?? { stays: [] };
    this.#newest = channelId;
    this.#channels.delete(channelId);
    this.#channels.set(channelId, channel);
    if (this.#channels.size > MAX_CHANNELS) this.#forgetOne();
    return channel;
  }

  #forgetOne(): void {
    let looks = 0;
    for (const [id, channel] of this.#channels) {
      if (++looks > LOOKS) return;
      this.#channels.delete(id);
      if (stayOf(channel) === undefined) return;
      // It is in Stasis, maybe silent for hours: its turn comes again after all others.
      this.#channels.set(id, channel);
    }
  }
}

/** The stay that a channel is in now. */
function stayOf(channel: KnownChannel | undefined): Stay | undefined {
  const last = channel?.stays.at(-1);
  return last?.end === undefined ? last : undefined;
}

function enter(channel: KnownChannel, stay: Stay): void {
  for (const earlier of channel.stays) earlier.end ??= 'unseen';
  channel.stays.push(stay);
  if (channel.stays.length > MAX_STAYS) channel.stays.shift();
  delete channel.endedAt;
}

function leave(channel: KnownChannel): void {
  for (const stay of channel.stays) stay.end ??= 'unseen';
  delete channel.snapshot;
  channel.endedAt = Date.now();
}
