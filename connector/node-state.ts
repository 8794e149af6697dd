/** What the connector knows of a channel. */
interface KnownChannel {
  /** How many of its events were forwarded. */
  forwarded: number;
  callId?: string;
  /** The Stasis application that it is in, where it is in one. */
  app?: string;
  /** The channel as its last event showed it, while it is in Stasis. */
  snapshot?: Fields;
  /** Its `StasisStart` was rebuilt, so that Asterisk's own would be a second one. */
  recovered?: true;
  /** When it left Stasis or ended, in epoch milliseconds. */
  endedAt?: number;
}

type Fields = Record<string, unknown>;

/** More than any Asterisk holds at once. Beyond it the channels longest without an event are forgotten. */
const MAX_CHANNELS = 50_000;
/** Events of a channel may still come after its end, but not so long after. */
const FORGET_AFTER_MS = 10 * 60_000;

/** The state as the journal keeps it. */
export interface NodeStateCheckpoint {
  channels: [string, KnownChannel][];
  held: string[];
  lastHeardAt: number;
  startupTime?: string;
}

/** The parts of a call event that the state is made of. */
export interface ObservedEvent {
  type: string;
  application?: unknown;
  channel?: unknown;
}

/**
 * What one connector knows of one node: which channels are in which app, how many events of each were forwarded,
 * which apps it holds, and when it last heard of the node. The same after a restart on the same disk, where it is
 * built again from what the journal holds.
 */
export class NodeState {
  /** In the order of their last event. */
  readonly #channels: Map<string, KnownChannel>;
  /** Apps that were ours when we last heard of the node: neither handed over nor given back. */
  readonly #held: Set<string>;
  /** When the node was last heard of, in epoch milliseconds; 0 for never. */
  lastHeardAt: number;
  /** When Asterisk started, as it tells; a change is a restart. */
  startupTime: string | undefined;

  constructor(checkpoint?: NodeStateCheckpoint) {
    this.#channels = new Map(checkpoint?.channels);
    this.#held = new Set(checkpoint?.held);
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
      lastHeardAt: this.lastHeardAt,
      ...(this.startupTime !== undefined && { startupTime: this.startupTime }),
    };
  }

  hold(apps: Iterable<string>): void {
    for (const app of apps) this.#held.add(app);
  }

  release(apps: Iterable<string>): void {
    for (const app of apps) this.#held.delete(app);
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

  /** Whether Asterisk's own `StasisStart` comes after one that was rebuilt. */
  isSecondStart({ type, application }: ObservedEvent, channelId: string | undefined): boolean {
    if (type !== 'StasisStart' || channelId === undefined) return false;
    const known = this.#channels.get(channelId);
    return known?.recovered === true && known.app === application;
  }

  /** Notes where an event leaves its channel. */
  observe(event: ObservedEvent, channelId: string | undefined, callId: string | undefined): void {
    if (channelId === undefined) return;
    const channel = this.#touch(channelId);
    if (callId !== undefined) channel.callId = callId;
    if (event.type === 'StasisStart' && typeof event.application === 'string') {
      channel.app = event.application;
      delete channel.endedAt;
      delete channel.recovered;
    } else if (event.type === 'ChannelDestroyed' || (event.type === 'StasisEnd' && channel.app === event.application)) {
      leave(channel);
    }
    if (channel.app !== undefined && isFields(event.channel) && event.channel.id === channelId) {
      channel.snapshot = event.channel;
    }
  }

  /** Numbers one more forwarded event of a channel. */
  next(channelId: string): { channelSequence: number; callId?: string } {
    // Observed just now: it is the latest already.
    const channel = this.#channels.get(channelId) ?? this.#touch(channelId);
    channel.forwarded += 1;
    return { channelSequence: channel.forwarded, ...(channel.callId !== undefined && { callId: channel.callId }) };
  }

  /** Takes the number over that a forwarded event was given by an earlier process. */
  resume(channelId: string, channelSequence: number): void {
    this.#touch(channelId).forwarded = channelSequence;
  }

  /** Notes a channel as being in an app without an event: another connector has told of it. */
  adopt(channelId: string, app: string, snapshot: Fields): void {
    Object.assign(this.#touch(channelId), { app, snapshot });
  }

  /** Notes that a channel's `StasisStart` was rebuilt. */
  markRecovered(channelId: string): void {
    this.#touch(channelId).recovered = true;
  }

  /** Notes that a channel is gone without an event: another connector has told of it. */
  forget(channelId: string): void {
    const channel = this.#channels.get(channelId);
    if (channel) leave(channel);
  }

  #touch(channelId: string): KnownChannel {
    const channel = this.#channels.get(channelId) ?? { forwarded: 0 };
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

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
