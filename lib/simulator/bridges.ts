import type { Bridge } from '../ari/generated/model.ts';
import { type Apps, ariTime } from './apps.ts';
import type { Clock } from './clock.ts';
import type { MediaTarget } from './playbacks.ts';
import { notInStasis, Refusal } from './refusal.ts';
import type { SimulatedChannel } from './simulated-channel.ts';
import { TaskQueue } from './task-queue.ts';

interface SimulatedBridge {
  snapshot: Bridge;
  queue: TaskQueue;
  variables: Map<string, string>;
  /** Apps that receive the bridge's events: one entry for each of its channels that entered and did not leave on request. */
  listeners: string[];
}

/** Bridges, and who sits in them. */
export class Bridges {
  readonly #all = new Map<string, SimulatedBridge>();
  readonly #apps: Apps;
  readonly #clock: Clock;

  constructor(apps: Apps, clock: Clock) {
    this.#apps = apps;
    this.#clock = clock;
  }

  get list(): Bridge[] {
    return [...this.#all.values()].map(({ snapshot }) => snapshot);
  }

  create(id: string, name: string): Bridge {
    if (this.#all.has(id)) throw new Refusal(409, `Bridge with id '${id}' already exists`);
    const snapshot: Bridge = {
      id,
      technology: 'simple_bridge',
      bridge_type: 'mixing',
      bridge_class: 'stasis',
      creator: 'Stasis',
      name,
      channels: [],
      creationtime: ariTime(this.#clock.now()),
      video_mode: 'talker',
    };
    this.#all.set(id, { snapshot, queue: new TaskQueue(), variables: new Map(), listeners: [] });
    return snapshot;
  }

  get(id: string): SimulatedBridge {
    const bridge = this.#all.get(id);
    if (!bridge) throw new Refusal(404, 'Bridge not found');
    return bridge;
  }

  target(id: string): MediaTarget {
    const bridge = this.get(id);
    return { uri: `bridge:${id}`, queue: bridge.queue, audience: () => bridge.listeners };
  }

  /** Puts channels into a bridge, out of the one they are in, be it the same; none of them where one may not. */
  async add(id: string, channels: readonly (SimulatedChannel | undefined)[]): Promise<void> {
    this.get(id);
    const present = allInStasis(channels);
    for (const channel of present) await channel.queue.inTurn(() => this.#enter(id, channel));
  }

  async remove(id: string, channels: readonly (SimulatedChannel | undefined)[]): Promise<void> {
    this.get(id);
    const present = allInStasis(channels);
    if (present.some(({ bridge }) => bridge !== id)) throw new Refusal(422, 'Channel not in this bridge');
    for (const channel of present) await channel.queue.inTurn(() => this.leave(channel, true));
  }

  destroy(id: string, channelOf: (id: string) => SimulatedChannel | undefined): void {
    const { snapshot, listeners, queue } = this.get(id);
    for (const channelId of snapshot.channels) {
      const channel = channelOf(channelId);
      if (channel) this.leave(channel, true);
    }
    queue.abort();
    this.#all.delete(id);
    this.#apps.emit(listeners, 'BridgeDestroyed', { bridge: { ...snapshot, channels: [] } });
  }

  /**
   * Takes a channel out of its bridge.
   *
   * @param asked it leaves on request; otherwise because it ends, and its app also receives the end of the bridge
   */
  leave(channel: SimulatedChannel, asked: boolean): void {
    if (channel.bridge === undefined) return;
    const bridge = this.get(channel.bridge);
    const channels = bridge.snapshot.channels.filter((id) => id !== channel.snapshot.id);
    bridge.snapshot = { ...bridge.snapshot, channels };
    channel.bridge = undefined;
    this.#apps.emit(channel.audience(), 'ChannelLeftBridge', { bridge: bridge.snapshot, channel: channel.snapshot });
    const at = bridge.listeners.indexOf(channel.app ?? '');
    if (asked && at >= 0) bridge.listeners.splice(at, 1);
  }

  #enter(id: string, channel: SimulatedChannel): void {
    this.leave(channel, true);
    const bridge = this.get(id);
    bridge.snapshot = { ...bridge.snapshot, channels: [...bridge.snapshot.channels, channel.snapshot.id] };
    channel.bridge = id;
    if (channel.app !== undefined) bridge.listeners.push(channel.app);
    this.#apps.emit(channel.audience(), 'ChannelEnteredBridge', { bridge: bridge.snapshot, channel: channel.snapshot });
  }
}

function allInStasis(channels: readonly (SimulatedChannel | undefined)[]): SimulatedChannel[] {
  return channels.map((channel) => {
    if (!channel) throw new Refusal(400, 'Channel not found');
    if (channel.app === undefined) throw notInStasis(422);
    return channel;
  });
}
