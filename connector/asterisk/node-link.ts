import { setTimeout as sleep } from 'node:timers/promises';
import type { DialledNode } from '../../lib/ari/ca-file.ts';
import type { AriClient } from '../../lib/ari/client.ts';
import type { CredentialsProvider } from '../../lib/ari/credentials.ts';
import { AriError, reasonOf } from '../../lib/ari/errors.ts';
import type { GapCause } from '../../lib/events/connector-event.ts';
import type { AriFrame } from '../../lib/events/entry.ts';
import type { Log } from '../../lib/log.ts';
import type { BackoffBounds } from '../backoff.ts';
import { AppLink, type FramePosition } from './app-link.ts';
import type { NodeState } from './node-state.ts';
import { holderName, holdersOf } from './presence.ts';
import {
  type Difference,
  differenceOf,
  lastingDifference,
  rebuiltEnd,
  rebuiltStart,
  stasisChannels,
} from './resync.ts';
import { Standby } from './standby.ts';

/** How long a connector that was replaced may take to show that it noticed. */
const HANDOVER_MS = 5000;
const HANDOVER_POLL_MS = 250;
/** So many attempts to ask for what a gap has swallowed have to fail before that is told. */
const TOLD_AFTER_ATTEMPTS = 4;
/** The wait before Asterisk is asked again, once it has grown that far. */
const ASK_AGAIN_CAP_MS = 30_000;
/** A link that neither heard Asterisk nor tried to for so long does not work: attempts are half a minute apart at the most. */
const STUCK_MS = 120_000;

/** What is told of a node. */
export interface NodeLinkListener {
  connected(apps: string[], connection: string): void;
  disconnected(apps: string[], connection: string, reason: string): void;
  standingDown(app: string, connection: string): void;
  gap(gap: { apps: string[]; connection: string; from: number | undefined; to: number; cause: GapCause }): void;
  event(frame: AriFrame, position: FramePosition, recovered: boolean): void;
  rejected(fault: string, text: string, position: FramePosition): void;
  /** What is known of the node is what Asterisk says, as far as it can be asked. */
  synced(): void;
}

export interface NodeLinkOptions {
  node: DialledNode;
  credentials: CredentialsProvider;
  /** For what is looked up after a gap. */
  ari: AriClient;
  state: NodeState;
  /** Tells this connector from others. */
  instance: string;
  /** Types of events that Asterisk need not send. */
  excludedTypes: readonly string[];
  /** Resolves when the bus has taken something: before that nothing is taken over from another connector. */
  busProven: Promise<void>;
  listener: NodeLinkListener;
  log: Log;
  backoff?: BackoffBounds;
  stableMs?: number;
  pingIntervalMs?: number;
  /** How often it is looked whether an app that another connector has is free. @default 2000 */
  standbyPollMs?: number;
}

/** How a node is, in a word or a sentence. */
export interface NodeStatus {
  ready: boolean;
  says: string;
}

/**
 * One node: the event WebSocket of its apps, and what happens around connections. Takes apps over from another
 * connector without a gap, announces gaps and rebuilds what they swallowed, stands down for another connector, and
 * takes an app back that it has left alone.
 */
export class NodeLink {
  readonly #options: NodeLinkOptions;
  readonly #log: Log;
  #links: AppLink[] = [];
  readonly #standbys = new Map<string, Standby>();
  /** Other connectors that held an app just before the connection of now. */
  readonly #holders = new Map<string, string[]>();
  /** When the gap began that has not been made good yet, by app. */
  readonly #gaps = new Map<string, number | undefined>();
  #connectedBefore = false;
  #stopped = false;
  #waitingFor: string | undefined;
  #mayFilter = true;

  constructor(options: NodeLinkOptions) {
    this.#options = options;
    this.#log = options.log.with({ node: options.node.name });
  }

  get status(): NodeStatus {
    const troubles = [this.#waitingFor, ...this.#links.map(({ notReady }) => notReady)].filter(
      (it) => it !== undefined,
    );
    const standing = [...this.#standbys.keys()].map((app) => `standing by for "${app}", which another connector has`);
    if (this.#links.length + this.#standbys.size === 0) return { ready: false, says: 'not started' };
    if (troubles.length > 0) return { ready: false, says: troubles.join('; ') };
    return { ready: true, says: standing.join('; ') || 'connected' };
  }

  /** Apps that are listened to over a connection that stands. */
  get connectedApps(): string[] {
    return this.#links.filter(({ connection }) => connection !== undefined).flatMap(({ apps }) => apps);
  }

  /** When Asterisk's certificate expires, in milliseconds since 1970; undefined where none was seen. */
  get certificateExpires(): number | undefined {
    const all = this.#links.flatMap(({ certificateExpires }) => certificateExpires ?? []);
    return all.length > 0 ? Math.min(...all) : undefined;
  }

  /** Whether the link has stopped working, which a new process would put right. That Asterisk is away is no such thing. */
  isStuck(now = Date.now()): boolean {
    return this.#waitingFor === undefined && this.#links.some(({ lastSign }) => now - lastSign > STUCK_MS);
  }

  start(): void {
    this.#listen([...new Set(this.#options.node.apps)]);
  }

  /** Closes all connections for good; resolves when everything that was sent over them has been handed on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const standby of this.#standbys.values()) standby.stop();
    await Promise.all(this.#links.map((link) => link.stop('this connector was stopped')));
    this.#options.state.release(this.#options.node.apps);
  }

  #listen(apps: string[]): void {
    const { node, credentials, instance, state, listener, backoff, stableMs, pingIntervalMs } = this.#options;
    const link: AppLink = new AppLink({
      node,
      apps,
      credentials,
      log: this.#log,
      nameBeside: (app) => holderName(app, instance),
      ...(backoff && { backoff }),
      ...(stableMs !== undefined && { stableMs }),
      ...(pingIntervalMs !== undefined && { pingIntervalMs }),
      listener: {
        connecting: (wanted) => this.#lookForHolders(wanted),
        connected: (on, connection) => this.#connected(link, on, connection),
        disconnected: listener.disconnected,
        event: (frame, position) => {
          state.lastHeardAt = Date.now();
          listener.event(frame, position, false);
        },
        rejected: listener.rejected,
        replaced: (app, connection) => this.#standDown(link, app, connection),
        heard: () => {
          state.lastHeardAt = Date.now();
        },
      },
    });
    this.#links.push(link);
    link.start();
  }

  async #lookForHolders(apps: string[]): Promise<void> {
    const { instance, busProven } = this.#options;
    const listed = await this.#listedNames();
    for (const app of apps) this.#holders.set(app, holdersOf(app, listed, instance));
    if (this.#connectedBefore || ![...this.#holders.values()].some((holders) => holders.length > 0)) return;
    // The other one works: it is replaced when this one has shown that it works too.
    this.#waitingFor = 'waiting for EventBridge to take an event, before it takes over from another connector';
    await busProven;
    this.#waitingFor = undefined;
  }

  /** What cannot be asked is not known: connecting itself will say what is wrong. */
  async #listedNames(): Promise<string[]> {
    try {
      return (await this.#options.ari.applications.list()).map(({ name }) => name);
    } catch {
      return [];
    }
  }

  #connected(link: AppLink, apps: string[], connection: string): void {
    const { state, listener } = this.#options;
    const takenOver = apps.filter((app) => !state.holds(app) && (this.#holders.get(app)?.length ?? 0) > 0);
    const unbroken = new Set(takenOver);
    for (const app of apps) {
      if (!unbroken.has(app)) this.#gaps.set(app, this.#gaps.get(app) ?? (state.lastHeardAt || undefined));
    }
    const cause = this.#connectedBefore ? 'network' : 'connector-restarted';
    this.#connectedBefore = true;
    state.release(apps.filter((app) => (this.#holders.get(app)?.length ?? 0) > 0));
    state.hold(apps);
    state.lastHeardAt = Date.now();
    listener.connected(apps, connection);
    void this.#filterInAsterisk(apps);
    void this.#resync(
      link,
      apps.filter((app) => !unbroken.has(app)),
      connection,
      cause,
    );
    if (takenOver.length > 0) void this.#concludeHandover(link, takenOver, connection);
  }

  /** A connector that is alive lets go at once; what was sent to a dead one is lost. */
  async #concludeHandover(link: AppLink, apps: string[], connection: string): Promise<void> {
    const { instance, state, ari } = this.#options;
    const deadline = Date.now() + HANDOVER_MS;
    let silent = apps;
    while (silent.length > 0 && Date.now() < deadline && link.connection === connection) {
      await sleep(HANDOVER_POLL_MS);
      const listed = await this.#listedNames();
      silent = listed.length === 0 ? silent : apps.filter((app) => holdersOf(app, listed, instance).length > 0);
    }
    if (link.connection !== connection) return;
    if (silent.length > 0) {
      for (const app of silent) this.#gaps.set(app, undefined);
      await this.#resync(link, silent, connection, 'connector-silent');
    }
    const kept = apps.filter((app) => !silent.includes(app));
    this.#log.info('Took over from another connector', { connection, apps: kept });
    const adopt = async (): Promise<void> => {
      state.startupTime = (await ari.asterisk.getInfo()).status?.startup_time;
      // What the other one told of needs no telling again.
      const present = await stasisChannels(ari, kept, state);
      const { entered, left } = differenceOf(present, kept, state);
      for (const { id, app, channel } of entered) state.adopt(id, app, { ...channel });
      for (const { id } of left) state.forget(id);
      this.#inStep(connection, kept);
    };
    await this.#untilAnswered(link, connection, adopt, (error, attempt) => {
      if (attempt > 1) return;
      this.#log.warn(`Cannot ask Asterisk for its channels: ${reasonOf(error)}. It is asked again.`, { connection });
    });
  }

  /** Announces the gap before this connection, and rebuilds the starts and ends that nobody received. */
  async #resync(link: AppLink, apps: string[], connection: string, cause: GapCause): Promise<void> {
    if (apps.length === 0) return;
    const { ari, state, listener } = this.#options;
    const to = Date.now();
    const began = apps.map((app) => this.#gaps.get(app)).filter((from) => from !== undefined);
    const current = (): boolean => link.connection === connection && !this.#stopped;
    let announced = false;
    const announce = (why: GapCause): void => {
      if (announced) return;
      announced = true;
      listener.gap({ apps, connection, from: began.length > 0 ? Math.min(...began) : undefined, to, cause: why });
    };
    const compare = async (): Promise<void> => {
      const { status, system } = await ari.asterisk.getInfo();
      // Kept at once where it was not known, as the next restart may be near; else when all is made good.
      state.startupTime ??= status?.startup_time;
      const restarted = status?.startup_time !== state.startupTime;
      const why = restarted ? 'asterisk-restarted' : cause;
      const found = await lastingDifference(ari, apps, state);
      if (!current()) return;
      const differs = found.entered.length + found.left.length > 0;
      // Where nobody knows of a gap, only calls that nobody was told of show one.
      if (began.length > 0 || cause === 'connector-silent' || differs) announce(why);
      if (differs) this.#recover(link, connection, found, system?.entity_id);
      state.startupTime = status?.startup_time;
      for (const app of apps) this.#gaps.delete(app);
      this.#inStep(connection, apps);
    };
    await this.#untilAnswered(link, connection, compare, (error, attempt) => {
      if (attempt !== TOLD_AFTER_ATTEMPTS) return;
      announce(cause);
      this.#log.error(
        `Calls that came or went while there was no connection cannot be found: ${reasonOf(error)}. Asterisk is asked again until it answers.`,
        { connection, apps },
      );
    });
  }

  /** What is known of the apps' calls is what Asterisk says. */
  #inStep(connection: string, apps: string[]): void {
    this.#log.info('In step with Asterisk', { connection, apps });
    this.#options.listener.synced();
  }

  /** Asks Asterisk again and again until it answers, for as long as the connection stands. */
  async #untilAnswered(
    link: AppLink,
    connection: string,
    ask: () => Promise<void>,
    onFailure: (error: unknown, attempt: number) => void,
  ): Promise<void> {
    const current = (): boolean => link.connection === connection && !this.#stopped;
    for (let attempt = 1; current(); attempt++) {
      try {
        await ask();
        return;
      } catch (error) {
        if (!current()) return;
        onFailure(error, attempt);
        await sleep(Math.min(1000 * attempt, ASK_AGAIN_CAP_MS));
      }
    }
  }

  #recover(link: AppLink, connection: string, { entered, left }: Difference, asteriskId: string | undefined): void {
    const { state, listener } = this.#options;
    const tell = (frame: AriFrame): void => {
      const position = link.nextPosition(connection);
      if (position) listener.event(frame, position, true);
    };
    for (const { app, snapshot } of left) tell(rebuiltEnd(app, snapshot, asteriskId));
    for (const channel of entered) {
      tell(rebuiltStart(channel, asteriskId));
      state.markRecovered(channel.id);
    }
    this.#log.warn('Rebuilt what the gap has swallowed', { connection, entered: entered.length, left: left.length });
  }

  #standDown(link: AppLink, app: string, connection: string): void {
    const { node, credentials, ari, instance, state, listener, standbyPollMs, backoff } = this.#options;
    this.#log.warn(`Another connector has taken over the app "${app}": standing down for it`, { app, connection });
    state.release([app]);
    listener.standingDown(app, connection);
    if (link.apps.length === 0) this.#links = this.#links.filter((other) => other !== link);
    if (this.#stopped) return;
    const standby = new Standby({
      node,
      app,
      credentials,
      ari,
      instance,
      log: this.#log,
      ...(standbyPollMs !== undefined && { pollMs: standbyPollMs }),
      ...(backoff && { backoff }),
      onFree: (since) => {
        this.#standbys.delete(app);
        this.#gaps.set(app, since);
        this.#listen([app]);
      },
    });
    this.#standbys.set(app, standby);
    standby.start();
  }

  /** Lets Asterisk itself leave out what would not be forwarded. A read-only user may not ask for it. */
  async #filterInAsterisk(apps: string[]): Promise<void> {
    const { ari, excludedTypes } = this.#options;
    if (!this.#mayFilter || excludedTypes.length === 0) return;
    try {
      const disallowed = excludedTypes.map((type) => ({ type }));
      await Promise.all(
        apps.map((applicationName) =>
          ari.applications.filter({ applicationName, filter: { allowed: [], disallowed } }),
        ),
      );
      this.#log.info('Asterisk leaves out what is not forwarded', { apps, types: excludedTypes });
    } catch (error) {
      if (error instanceof AriError && error.kind === 'unauthorized') this.#mayFilter = false;
      else this.#log.warn(`Asterisk cannot be told what to leave out: ${reasonOf(error)}`, { apps });
    }
  }
}
