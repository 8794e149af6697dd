import { timeOf } from '../../lib/ari/timestamp.ts';
import type { EventSubject } from '../../lib/events/subject.ts';

/** What the connector knows about a channel. */
interface KnownChannel {
  /** The number of its last forwarded event; absent where another connector may have numbered later ones. */
  sequence?: number;
  callId?: string;
  /** The Stasis application that it is in, where it is in one. */
  app?: string;
  /** The channel as its last event showed it, while it is in Stasis. */
  snapshot?: Fields;
  /** Its `StasisStart` was rebuilt, so that Asterisk's own would be a second one. */
  recovered?: true;
  /** The app whose `StasisEnd` was rebuilt, so that Asterisk's own would be a second one. */
  recoveredEnd?: string;
  /** When it left Stasis or ended, in epoch milliseconds. */
  endedAt?: number;
}

type Fields = Record<string, unknown>;

/** More than an Asterisk holds at once. Beyond it, the state forgets the channels that were longest without an event. */
const MAX_CHANNELS = 50_000;
/** How long after a channel's end its events may still come. */
const FORGET_AFTER_MS = 10 * 60_000;

/** The state as the journal keeps it. */
export interface NodeStateCheckpoint {
  channels: [string, KnownChannel][];
  held: string[];
  heldSince: number;
  lastHeardAt: number;
  startupTime?: string;
}

/** The fields of a call event that the state is built from. */
export interface ObservedEvent {
  type: string;
  timestamp?: unknown;
  application?: unknown;
}

/**
 * What one connector knows about one node: which channels are in which app, the number of each channel's last event,
 * which apps the connector holds, and when it last heard from the node. After a restart on the same disk it is rebuilt
 * from the journal.
 */
export class NodeState {
  /** In the order of their last event. */
  readonly #channels: Map<string, KnownChannel>;
  /** Apps that this connector held when it last heard from the node. */
  readonly #held: Set<string>;
  /** When an app was last taken from another connector, in epoch milliseconds: no other connector has numbered channels created since then. */
  #heldSince: number;
  /** When the connector last heard from the node, in epoch milliseconds; 0 for never. */
  lastHeardAt: number;
  /** When Asterisk started, as it reports; a change means a restart. */
  startupTime: string | undefined;

  constructor(checkpoint?: NodeStateCheckpoint) {
    this.#channels = new Map(checkpoint?.channels);
    this.#held = new Set(checkpoint?.held);
    this.#heldSince = checkpoint?.heldSince ?? Date.now();
    this.lastHeardAt = checkpoint?.lastHeardAt ?? 0;
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
      lastHeardAt: this.lastHeardAt,
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

  /** Notes that this connector no longer holds apps: another one may number the events of their channels. */
  release(apps: Iterable<string>): void {
    const released = new Set(apps);
    for (const app of released) this.#held.delete(app);
    for (const channel of this.#channels.values()) {
      if (channel.app !== undefined && released.has(channel.app)) delete channel.sequence;
    }
  }

  holds(app: string): boolean {
    return this.#held.has(app);
  }

  isIn(channelId: string, app: string): boolean {
    return this.#channels.get(channelId)?.app === app;
  }

  /** Channels that are in the app, with what their last event showed. */
  inApp(app: string): { id: string; snapshot: Fields }[] {
    return [...this.#channels].flatMap(([id, known]) =>
      known.app === app ? [{ id, snapshot: known.snapshot ?? { id } }] : [],
    );
  }

  /** Whether a `StasisStart` or `StasisEnd` of Asterisk comes after the same event was rebuilt. */
  isRepeated({ type, application }: ObservedEvent, channelId: string | undefined): boolean {
    const known = channelId === undefined ? undefined : this.#channels.get(channelId);
    if (!known) return false;
    if (type === 'StasisStart') return known.recovered === true && known.app === application;
    return type === 'StasisEnd' && known.recoveredEnd !== undefined && known.recoveredEnd === application;
  }

  /** Updates the state of an event's channel. */
  observe(event: ObservedEvent, { channelId, callId, channel: shown }: Omit<EventSubject, 'resources'>): void {
    if (channelId === undefined) return;
    const channel = this.#touch(channelId);
    channel.sequence ??= this.#sequenceBefore(event.timestamp, shown?.creationtime);
    if (callId !== undefined) channel.callId = callId;
    if (event.type === 'StasisStart' && typeof event.application === 'string') {
      channel.app = event.application;
      delete channel.endedAt;
      delete channel.recovered;
      delete channel.recoveredEnd;
    } else if (event.type === 'ChannelDestroyed' || (event.type === 'StasisEnd' && channel.app === event.application)) {
      leave(channel);
    }
    if (channel.app !== undefined && shown) channel.snapshot = shown;
  }

  /** Numbers the next forwarded event of a channel, after `observe` has seen it. */
  next(channelId: string): { channelSequence: number; callId?: string } {
    // `observe` has just made it the latest.
    const channel = this.#channels.get(channelId) ?? this.#touch(channelId);
    channel.sequence = (channel.sequence ?? 0) + 1;
    return { channelSequence: channel.sequence, ...(channel.callId !== undefined && { callId: channel.callId }) };
  }

  /** Takes over the number that an earlier process gave to a forwarded event. */
  resume(channelId: string, channelSequence: number): void {
    this.#touch(channelId).sequence = channelSequence;
  }

  /** Notes that a channel is in an app, without an event: another connector has forwarded it. */
  adopt(channelId: string, app: string, snapshot: Fields): void {
    Object.assign(this.#touch(channelId), { app, snapshot });
  }

  /** Notes that a channel's `StasisStart` was rebuilt. */
  markRecovered(channelId: string): void {
    this.#touch(channelId).recovered = true;
  }

  /** Notes that the `StasisEnd` of a channel was rebuilt. */
  markEndRecovered(channelId: string, app: string): void {
    this.#touch(channelId).recoveredEnd = app;
  }

  /** Notes that a channel has left, without an event: another connector has forwarded it. */
  forget(channelId: string): void {
    const channel = this.#channels.get(channelId);
    if (channel) leave(channel);
  }

  /**
   * The number before a channel's first one. A channel that is older than this connector's hold on the apps, or old enough
   * to have been forgotten, may have been numbered before: the microseconds since 1970 are greater than any such number.
   */
  #sequenceBefore(timestamp: unknown, creationtime: unknown): number {
    const now = Date.now();
    const created = timeOf(creationtime);
    if (created === undefined) return now * 1000;
    // Both times are by Asterisk's clock, which may differ from this machine's.
    const ageMs = (timeOf(timestamp) ?? now) - created;
    const bornAt = now - ageMs;
    return bornAt >= this.#heldSince && ageMs < FORGET_AFTER_MS ? 0 : now * 1000;
  }

  #touch(channelId: string): KnownChannel {
    const channel = this.#channels.get(channelId) ?? {};
    this.#channels.delete(channelId);
    this.#channels.set(channelId, channel);
    if (this.#channels.size > MAX_CHANNELS) this.#channels.delete(this.#channels.keys().next().value as string);
    return channel;
  }
}

function leave(channel: KnownChannel): void {
  delete channel.app;
  delete channel.snapshot;
  delete channel.recovered;
  channel.endedAt = Date.now();
}
