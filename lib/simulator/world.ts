import type { AriEventMap, Bridge, Channel, Playback } from '../ari/generated/model.ts';

/** Where an app's events go: its WebSocket. */
export interface AppSubscriber {
  send(event: object): void;
}

interface SimulatedChannel {
  snapshot: Channel;
  /** The Stasis application that holds it. */
  app: string;
  variables: Map<string, string>;
  /** A channel does one thing after the other: while the first playback plays, what comes behind it waits. */
  queue: (SimulatedPlayback | (() => void))[];
  bridge: string | undefined;
}

interface SimulatedPlayback {
  snapshot: Playback;
  media: string[];
  /** Index of the medium that plays. */
  at: number;
  timer: NodeJS.Timeout | undefined;
}

/** What distinguishes one event from another; type, time and application are added. */
type EventFields<T extends keyof AriEventMap> = Omit<
  AriEventMap[T],
  'type' | 'timestamp' | 'application' | 'asterisk_id'
>;

const ASTERISK_ID = '02:00:00:00:00:01';

/** A refusal as ARI gives it. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Channels, bridges, playbacks and apps of the simulated Asterisk, and the events that they bring about. */
export class World {
  readonly #apps = new Map<string, AppSubscriber>();
  readonly #channels = new Map<string, SimulatedChannel>();
  readonly #bridges = new Map<string, Bridge>();
  readonly #mediaMs: (media: string) => number;
  #created = 0;

  /** @param mediaMs how long a medium plays, in milliseconds */
  constructor(mediaMs: (media: string) => number) {
    this.#mediaMs = mediaMs;
  }

  get channels(): Channel[] {
    return [...this.#channels.values()].map(({ snapshot }) => snapshot);
  }

  get bridges(): Bridge[] {
    return [...this.#bridges.values()];
  }

  get apps(): { name: string; channel_ids: string[] }[] {
    return [...this.#apps.keys()].map((name) => ({
      name,
      channel_ids: [...this.#channels.values()].filter(({ app }) => app === name).map(({ snapshot }) => snapshot.id),
    }));
  }

  /** The newest subscriber gets an app's events; the one before is told and keeps its socket. */
  register(app: string, subscriber: AppSubscriber): void {
    if (this.#apps.has(app)) this.#emit('ApplicationReplaced', app, {});
    this.#apps.set(app, subscriber);
  }

  unregister(subscriber: AppSubscriber): void {
    for (const [app, current] of this.#apps) if (current === subscriber) this.#apps.delete(app);
  }

  /** `Stasis(app,args)`: hands a new channel to an app, or ejects it when nobody listens for that app. */
  enterStasis(
    app: string,
    args: string[],
    exten: string,
    caller: { name: string; number: string },
  ): Channel | undefined {
    if (!this.#apps.has(app)) return undefined;
    const now = new Date();
    const id = `${Math.floor(now.getTime() / 1000)}.${this.#created++}`;
    const snapshot: Channel = {
      id,
      name: `PJSIP/simulated-${String(this.#created).padStart(8, '0')}`,
      state: 'Ring',
      protocol_id: `${id}@simulator`,
      caller,
      connected: { name: '', number: '' },
      accountcode: '',
      dialplan: { context: 'default', exten, priority: 2, app_name: 'Stasis', app_data: [app, ...args].join(',') },
      creationtime: ariTime(now),
      language: 'en',
      channelvars: { 'CHANNEL(linkedid)': id },
    };
    this.#channels.set(id, { snapshot, app, variables: new Map(), queue: [], bridge: undefined });
    this.#emit('StasisStart', app, { args, channel: snapshot });
    return snapshot;
  }

  channel(id: string): SimulatedChannel {
    const channel = this.#channels.get(id);
    if (!channel) throw new Refusal(404, 'Channel not found');
    return channel;
  }

  answer(id: string): Promise<void> {
    const channel = this.channel(id);
    return this.#inTurn(channel, () => {
      if (channel.snapshot.state === 'Up') return;
      channel.snapshot = { ...channel.snapshot, state: 'Up' };
      this.#emit('ChannelStateChange', channel.app, { channel: channel.snapshot });
    });
  }

  pressDigit(id: string, digit: string): void {
    const { app, snapshot } = this.channel(id);
    this.#emit('ChannelDtmfReceived', app, { digit, duration_ms: 160, channel: snapshot });
  }

  /** Asterisk answers this command before the channel's turn has come. */
  move(id: string, app: string, args: string[]): void {
    const channel = this.channel(id);
    void this.#inTurn(channel, () => {
      this.#emit('StasisEnd', channel.app, { channel: channel.snapshot });
      channel.app = app;
      this.#emit('StasisStart', app, { args, channel: channel.snapshot });
    });
  }

  setVariable(id: string, variable: string, value: string): Promise<void> {
    const channel = this.channel(id);
    return this.#inTurn(channel, () => {
      channel.variables.set(variable, value);
      this.#emit('ChannelVarset', channel.app, { variable, value, channel: channel.snapshot });
    });
  }

  hangup(id: string): void {
    const channel = this.channel(id);
    this.#emit('ChannelHangupRequest', channel.app, { cause: 32, soft: true, channel: channel.snapshot });
    const [playing] = channel.queue.splice(0);
    if (typeof playing === 'object') this.#finish(channel, playing, 'failed');
    this.#leave(channel);
    this.#emit('StasisEnd', channel.app, { channel: channel.snapshot });
    this.#channels.delete(id);
  }

  play(id: string, playbackId: string, media: string[]): Playback {
    const channel = this.channel(id);
    const playback: SimulatedPlayback = {
      snapshot: { id: playbackId, media_uri: '', target_uri: `channel:${id}`, language: 'en', state: 'queued' },
      media,
      at: 0,
      timer: undefined,
    };
    const queued = { ...playback.snapshot, ...mediaOf(playback) };
    channel.queue.push(playback);
    if (channel.queue.length === 1) this.#playMedium(channel, playback);
    return queued;
  }

  stopPlayback(playbackId: string): void {
    const { channel, playback } = this.#findPlayback(playbackId);
    const wasPlaying = channel.queue[0] === playback;
    channel.queue.splice(channel.queue.indexOf(playback), 1);
    this.#finish(channel, playback, 'done');
    if (wasPlaying) this.#advance(channel);
  }

  playback(playbackId: string): Playback {
    return this.#findPlayback(playbackId).playback.snapshot;
  }

  createBridge(id: string, name: string): Bridge {
    if (this.#bridges.has(id)) throw new Refusal(409, `Bridge with id '${id}' already exists`);
    const bridge: Bridge = {
      id,
      technology: 'simple_bridge',
      bridge_type: 'mixing',
      bridge_class: 'stasis',
      creator: 'Stasis',
      name,
      channels: [],
      creationtime: ariTime(new Date()),
      video_mode: 'talker',
    };
    this.#bridges.set(id, bridge);
    return bridge;
  }

  bridge(id: string): Bridge {
    const bridge = this.#bridges.get(id);
    if (!bridge) throw new Refusal(404, 'Bridge not found');
    return bridge;
  }

  /** Puts a channel into a bridge, out of the one it is in, be it the same. */
  addChannel(bridgeId: string, channelId: string): Promise<void> {
    this.bridge(bridgeId);
    const channel = this.#channels.get(channelId);
    if (!channel) throw new Refusal(400, 'Channel not found');
    return this.#inTurn(channel, () => {
      this.#leave(channel);
      const bridge = this.bridge(bridgeId);
      const entered = { ...bridge, channels: [...bridge.channels, channelId] };
      channel.bridge = bridgeId;
      this.#bridges.set(bridgeId, entered);
      this.#emit('ChannelEnteredBridge', channel.app, { bridge: entered, channel: channel.snapshot });
    });
  }

  destroyBridge(id: string): void {
    for (const channelId of this.bridge(id).channels) this.#leave(this.channel(channelId));
    this.#bridges.delete(id);
  }

  /** Ends everything that would go on by itself. */
  stop(): void {
    for (const { queue } of this.#channels.values()) {
      for (const item of queue) if (typeof item === 'object') clearTimeout(item.timer);
    }
    this.#apps.clear();
  }

  #leave(channel: SimulatedChannel): void {
    if (channel.bridge === undefined) return;
    const bridge = this.bridge(channel.bridge);
    const left = { ...bridge, channels: bridge.channels.filter((id) => id !== channel.snapshot.id) };
    this.#bridges.set(bridge.id, left);
    channel.bridge = undefined;
    this.#emit('ChannelLeftBridge', channel.app, { bridge: left, channel: channel.snapshot });
  }

  #findPlayback(playbackId: string): { channel: SimulatedChannel; playback: SimulatedPlayback } {
    for (const channel of this.#channels.values()) {
      const playback = channel.queue
        .filter((item) => typeof item === 'object')
        .find(({ snapshot }) => snapshot.id === playbackId);
      if (playback) return { channel, playback };
    }
    throw new Refusal(404, 'Playback not found');
  }

  #playMedium(channel: SimulatedChannel, playback: SimulatedPlayback): void {
    playback.snapshot = { ...withoutMedia(playback.snapshot), ...mediaOf(playback), state: 'playing' };
    this.#emit('PlaybackStarted', channel.app, { playback: playback.snapshot });
    playback.timer = setTimeout(
      () => {
        if (playback.at + 1 < playback.media.length) {
          // Names the medium that has ended, and as the next one that which begins.
          this.#emit('PlaybackContinuing', channel.app, { playback: { ...playback.snapshot, state: 'continuing' } });
          playback.at += 1;
          this.#playMedium(channel, playback);
        } else {
          channel.queue.shift();
          this.#finish(channel, playback, 'done');
          this.#advance(channel);
        }
      },
      this.#mediaMs(playback.media[playback.at] ?? ''),
    );
  }

  /** Does something with a channel once everything before it is done, a playback above all. */
  #inTurn(channel: SimulatedChannel, action: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      channel.queue.push(() => {
        try {
          resolve(action());
        } catch (error) {
          reject(error);
        }
      });
      if (channel.queue.length === 1) this.#advance(channel);
    });
  }

  #advance(channel: SimulatedChannel): void {
    let [next] = channel.queue;
    while (typeof next === 'function') {
      channel.queue.shift();
      next();
      [next] = channel.queue;
    }
    if (next) this.#playMedium(channel, next);
  }

  #finish(channel: SimulatedChannel, playback: SimulatedPlayback, state: 'done' | 'failed'): void {
    clearTimeout(playback.timer);
    const snapshot = { ...withoutMedia(playback.snapshot), ...mediaOf(playback), state };
    this.#emit('PlaybackFinished', channel.app, { playback: snapshot });
  }

  #emit<T extends keyof AriEventMap>(type: T, app: string, fields: EventFields<T>): void {
    const timestamp = ariTime(new Date());
    this.#apps.get(app)?.send({ type, timestamp, ...fields, asterisk_id: ASTERISK_ID, application: app });
  }
}

/** The medium that plays, and the one after it. */
function mediaOf({ media, at }: SimulatedPlayback): { media_uri: string; next_media_uri?: string } {
  const [media_uri = '', next_media_uri] = media.slice(at);
  return { media_uri, ...(next_media_uri !== undefined && { next_media_uri }) };
}

function withoutMedia({ next_media_uri: _, ...playback }: Playback): Playback {
  return playback;
}

/** `2026-11-23T08:24:51.242+0000`: Asterisk writes the offset without a colon. */
function ariTime(date: Date): string {
  return date.toISOString().replace('Z', '+0000');
}
