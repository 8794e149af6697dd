import { randomUUID } from 'node:crypto';
import type { Bridge as BridgeSnapshot } from '../../ari/generated/model.ts';
import { Apps, ariTime } from '../app/apps.ts';
import { Channel } from '../channel/channel.ts';
import { silent } from '../channel/technologies.ts';
import type { Clock } from '../clock.ts';
import { Dialplan } from '../dialplan.ts';
import { Refusal } from '../refusal.ts';
import type { Thread, Threads } from '../threads.ts';
import { Bridge, bridgeKind } from './bridge.ts';

/** A channel of Asterisk's own that plays to a bridge, with what it has still to play. */
interface Helper {
  channel: Channel;
  jobs: (() => Thread)[];
}

/** How many turns the thread of a channel takes to notice that the channel has left its bridge. */
const TURNS_UNTIL_UNHEARD = 3;

/** The bridges that there are. */
export class Bridges {
  readonly #all = new Map<string, Bridge>();
  /** Ids of bridges that are destroyed and that a waiting command still refers to. */
  readonly #ending = new Set<string>();
  readonly #announcers = new Map<string, Helper>();
  readonly #recorders = new Map<string, Channel[]>();
  readonly #music = new Map<string, Channel>();
  /** What `Dial()` and `Queue()` made for two who talk: no app's, but in the list. */
  readonly #talks = new Map<string, BridgeSnapshot>();
  readonly #apps: Apps;
  readonly #clock: Clock;
  readonly #threads: Threads;

  constructor(apps: Apps, clock: Clock, threads: Threads) {
    this.#apps = apps;
    this.#clock = clock;
    this.#threads = threads;
  }

  get list(): BridgeSnapshot[] {
    const all = [...[...this.#all.values()].map(({ known }) => known), ...this.#talks.values()];
    return all.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** The bridge as it was when something happened to it last, be it an app's or not. */
  known(id: string): BridgeSnapshot {
    return this.#talks.get(id) ?? this.get(id).known;
  }

  find(id: string): Bridge | undefined {
    return this.#all.get(id);
  }

  get(id: string): Bridge {
    if (this.#talks.has(id)) throw new Refusal(409, 'Bridge not in Stasis application');
    const bridge = this.find(id);
    if (!bridge) throw new Refusal(404, 'Bridge not found');
    return bridge;
  }

  /** Refuses an id that a bridge has, or had until now. */
  checkFree(id: string): void {
    if (this.#all.has(id) || this.#ending.has(id)) throw alreadyExists(id);
  }

  create(given: string | undefined, name: string, type: string | undefined): Bridge {
    const id = given || randomUUID();
    if (this.#all.has(id)) throw alreadyExists(id);
    const kind = bridgeKind(type);
    if (!kind) throw new Refusal(500, 'Unable to create bridge');
    const bridge = new Bridge({ id, name, kind }, this.#apps, this.#clock, () =>
      this.#threads.start(this.#endHelpersLater(bridge)),
    );
    this.#all.set(id, bridge);
    return bridge;
  }

  /** Two talk that no app has brought together. @returns ends it */
  talk(caller: Channel, called: Channel): () => void {
    const id = randomUUID();
    this.#talks.set(id, {
      id,
      technology: 'simple_bridge',
      bridge_type: 'mixing',
      bridge_class: 'basic',
      creator: '',
      name: '',
      channels: [called.id, caller.id],
      creationtime: ariTime(this.#clock.now()),
      video_mode: 'none',
    });
    return () => this.#talks.delete(id);
  }

  /** Ends what plays in it and takes it away; those who sit in it have to be sent away first. */
  destroy(bridge: Bridge): void {
    this.#all.delete(bridge.id);
    this.#ending.add(bridge.id);
    bridge.isDestroyed = true;
    this.#music.delete(bridge.id);
    this.#endHelpers(bridge);
  }

  /** Emits the event of its end, once all have left. */
  tellOfEnd(bridge: Bridge): void {
    this.#ending.delete(bridge.id);
    this.#apps.tell([bridge.id], 'BridgeDestroyed', { bridge: { ...bridge.known, channels: [] } });
    this.#apps.forget(bridge.id);
    this.#apps.cleanUp();
  }

  /** Plays to all who sit in a bridge, after what plays there already. */
  announce(bridge: Bridge, job: (announcer: Channel) => Thread): void {
    const waiting = this.#announcers.get(bridge.id);
    if (waiting) {
      waiting.jobs.push(() => job(waiting.channel));
      return;
    }
    const channel = this.#helper('Announcer');
    const helper: Helper = { channel, jobs: [() => job(channel)] };
    this.#announcers.set(bridge.id, helper);
    this.#threads.start(this.#work(bridge, helper));
  }

  /** Whether something plays to it, or waits to. */
  hasAnnouncer(bridge: Bridge): boolean {
    return this.#announcers.has(bridge.id);
  }

  /** Listens to all who sit in a bridge. */
  listen(bridge: Bridge, job: (recorder: Channel) => Thread): void {
    const channel = this.#helper('Recorder');
    this.#recorders.set(bridge.id, [...(this.#recorders.get(bridge.id) ?? []), channel]);
    this.#threads.start(this.#record(bridge, channel, job));
  }

  /** Where a command is refused, Asterisk's own channel sits in the bridge by then, and leaves it again. */
  visited<T>(bridge: Bridge, action: () => T): T {
    try {
      return action();
    } catch (error) {
      const visitor = this.#helper('Announcer');
      bridge.admit(visitor);
      bridge.dismiss(visitor);
      throw error;
    }
  }

  startMusic(bridge: Bridge): void {
    if (this.#music.has(bridge.id)) return;
    // A holding bridge has one announcer: it sends the second away.
    const isRefused = bridge.kind.holding && this.#announcers.has(bridge.id);
    const player = this.#helper('Announcer');
    bridge.admit(player);
    if (isRefused) bridge.dismiss(player);
    else this.#music.set(bridge.id, player);
  }

  stopMusic(bridge: Bridge): void {
    if (!this.#endMusic(bridge)) throw new Refusal(409, "Bridge isn't playing music");
  }

  /** An app whose channel was taken out of the bridge hears no more of it by then. */
  *#endHelpersLater(bridge: Bridge): Thread {
    for (let turn = 0; turn < TURNS_UNTIL_UNHEARD; turn++) yield this.#threads.turn();
    this.#endHelpers(bridge);
  }

  /** Ends what plays and records. */
  #endHelpers(bridge: Bridge): void {
    this.#announcers.get(bridge.id)?.channel.breakOff();
    for (const recorder of this.#recorders.get(bridge.id) ?? []) recorder.breakOff();
    this.#endMusic(bridge);
  }

  /** @returns whether there was any */
  #endMusic(bridge: Bridge): boolean {
    const player = this.#music.get(bridge.id);
    this.#music.delete(bridge.id);
    if (player) bridge.dismiss(player);
    return player !== undefined;
  }

  *#work(bridge: Bridge, helper: Helper): Thread {
    bridge.admit(helper.channel);
    bridge.announceSound();
    if (bridge.kind.holding && this.#music.has(bridge.id)) helper.channel.breakOff();
    for (let job = helper.jobs.shift(); job; job = helper.jobs.shift()) yield* job();
    bridge.dismiss(helper.channel);
    this.#announcers.delete(bridge.id);
  }

  *#record(bridge: Bridge, channel: Channel, job: (recorder: Channel) => Thread): Thread {
    bridge.admit(channel);
    yield* job(channel);
    bridge.dismiss(channel);
    const left = (this.#recorders.get(bridge.id) ?? []).filter((other) => other !== channel);
    this.#recorders.set(bridge.id, left);
  }

  /** No app hears of such a channel. */
  #helper(name: string): Channel {
    const alone = { apps: new Apps(this.#clock), dialplan: new Dialplan({}, []), alwaysReported: () => ({}) };
    const around = { ...alone, channelNamed: () => undefined, clock: this.#clock, threads: this.#threads };
    const wish = { id: randomUUID(), name: `${name}/ARI`, technology: silent(name), context: 'default', exten: 's' };
    return new Channel({ ...wish, state: 'Up' }, around);
  }
}

function alreadyExists(id: string): Refusal {
  return new Refusal(409, `Bridge with id '${id}' already exists`);
}
