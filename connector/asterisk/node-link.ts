import { setTimeout as wait } from 'node:timers/promises';
import type { DialledNode } from '../../lib/ari/ca-file.ts';
import type { AriClient } from '../../lib/ari/client.ts';
import type { CredentialsProvider } from '../../lib/ari/credentials.ts';
import { reasonOf } from '../../lib/ari/errors.ts';
import type { GapCause } from '../../lib/events/connector-event.ts';
import type { AriFrame } from '../../lib/events/entry.ts';
import type { Log } from '../../lib/log.ts';
import type { BackoffBounds } from '../backoff.ts';
import { AppLink } from './app-link.ts';
import { AsteriskFilter } from './asterisk-filter.ts';
import type { LinkEvent } from './link-event.ts';
import type { NodeState } from './node-state.ts';
import { holderName, holdersOf } from './presence.ts';
import {
  type Difference,
  differenceOf,
  lastingDifference,
  type Rebuilder,
  rebuiltEnd,
  rebuiltStart,
  stasisChannels,
} from './resync.ts';
import { Standby } from './standby.ts';
import { TakeBacks } from './take-backs.ts';

/** How long Asterisk may take to list its applications before an attempt to connect. */
const LOOK_LIMIT_MS = 3000;
/** How long a connector that was replaced may take to register its standby name. */
const HANDOVER_MS = 5000;
const HANDOVER_POLL_MS = 250;
/** After so many failed attempts to read Asterisk's channels, the gap is announced without waiting for an answer. */
const ANNOUNCED_AFTER_ATTEMPTS = 4;
/** The longest wait before Asterisk is asked again. */
const ASK_AGAIN_CAP_MS = 30_000;
/** Attempts to connect are at most half a minute apart, each of a few seconds: a link with no sign for this long has stopped working. */
const STUCK_MS = 120_000;

export interface NodeLinkOptions {
  node: DialledNode;
  credentials: CredentialsProvider;
  /** Reads Asterisk's channels after a gap. */
  ari: AriClient;
  state: NodeState;
  /** This connector's id, by which other connectors know it. */
  instance: string;
  /** Types of events that Asterisk is asked not to send. */
  excludedTypes: readonly string[];
  /** Resolves when the bus has accepted an entry: before that no app is taken over from another connector. */
  firstAccepted: Promise<void>;
  emit(event: LinkEvent): void;
  log: Log;
  backoff?: BackoffBounds | undefined;
  pingIntervalMs?: number | undefined;
  /** How long a socket is read after all its apps were taken over, in milliseconds. @default 2000 */
  handoverMs?: number | undefined;
  /** How often to look whether an app that another connector holds is free, in milliseconds. @default 2000 */
  standbyPollMs?: number | undefined;
  /** How long an app is left to a program that is not a connector, in milliseconds. @default by `TakeBacks` */
  takeBackMs?: number | undefined;
  /** Waits so many milliseconds. @default real time */
  sleep?(ms: number): Promise<unknown>;
}

/** Whether a node's link is ready, and a sentence that says why not. */
export interface NodeStatus {
  ready: boolean;
  says: string;
}

/**
 * The link to one node: keeps the event WebSocket of its apps open. Takes apps over from another connector without a
 * gap, announces gaps and rebuilds the events missed in them, stands by when another connector takes over, and takes an
 * app back when that connector is gone.
 */
export class NodeLink {
  readonly #options: NodeLinkOptions;
  readonly #log: Log;
  readonly #sleep: (ms: number) => Promise<unknown>;
  #links: AppLink[] = [];
  /** Links whose apps were all taken over, while they are read to their end. */
  readonly #handedOver = new Set<AppLink>();
  readonly #standbys = new Map<string, Standby>();
  /** Other connectors that held an app just before this connection. */
  readonly #holders = new Map<string, string[]>();
  /** By app: when the gap began whose events are not rebuilt yet. */
  readonly #gaps = new Map<string, number | undefined>();
  readonly #takeBacks = new TakeBacks();
  /** The cause of a gap at a link's first connection. */
  readonly #causes = new Map<AppLink, GapCause>();
  #connectedBefore = false;
  #stopped = false;
  #waitingFor: string | undefined;
  readonly #filter: AsteriskFilter;

  constructor(options: NodeLinkOptions) {
    this.#options = options;
    this.#log = options.log.with({ node: options.node.name });
    this.#sleep = options.sleep ?? wait;
    this.#filter = new AsteriskFilter(options.ari, options.excludedTypes, this.#log);
  }

  get status(): NodeStatus {
    const troubles = [this.#waitingFor, ...this.#links.map(({ notReady }) => notReady)].filter(
      (trouble) => trouble !== undefined,
    );
    const standing = [...this.#standbys.values()].map(({ status }) => status);
    const taken = standing.filter(({ ready }) => !ready).map(({ says }) => says);
    if (this.#links.length + this.#standbys.size === 0) return { ready: false, says: 'not started' };
    if (troubles.length + taken.length > 0) return { ready: false, says: [...troubles, ...taken].join('; ') };
    return { ready: true, says: standing.map(({ says }) => says).join('; ') || 'connected' };
  }

  /** Apps that are registered over an open connection. */
  get connectedApps(): string[] {
    return this.#links.filter(({ connection }) => connection !== undefined).flatMap(({ apps }) => apps);
  }

  /** When Asterisk's certificate expires, in epoch milliseconds; undefined where none was seen. */
  get certificateExpires(): number | undefined {
    const all = this.#links.flatMap(({ certificateExpires }) => certificateExpires ?? []);
    return all.length > 0 ? Math.min(...all) : undefined;
  }

  /** Whether the link has stopped working, so that only a new process helps: false while Asterisk is away. */
  isStuck(now = Date.now()): boolean {
    return this.#waitingFor === undefined && this.#links.some(({ lastSign }) => now - lastSign > STUCK_MS);
  }

  start(): void {
    this.#listen([...new Set(this.#options.node.apps)]);
  }

  /** Closes all connections and does not reconnect; resolves when every event that Asterisk sent over them is emitted. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const standby of this.#standbys.values()) standby.stop();
    await Promise.all([...this.#links, ...this.#handedOver].map((link) => link.stop('this connector was stopped')));
    this.#options.state.release(this.#options.node.apps);
  }

  /** @param cause the cause of the gap at the first connection, where there is one */
  #listen(apps: string[], cause: GapCause = 'connector-restarted'): void {
    const { node, credentials, instance, backoff, pingIntervalMs, handoverMs } = this.#options;
    const link: AppLink = new AppLink({
      node,
      apps,
      credentials,
      log: this.#log,
      nameBeside: (app) => holderName(app, instance),
      backoff,
      pingIntervalMs,
      handoverMs,
      beforeConnect: (wanted) => this.#lookForHolders(wanted),
      emit: (event) => this.#onLink(link, event),
    });
    this.#causes.set(link, cause);
    this.#links.push(link);
    link.start();
  }

  #onLink(link: AppLink, event: LinkEvent): void {
    const { state, emit } = this.#options;
    switch (event.kind) {
      case 'event':
        state.lastHeardAt = Date.now();
        emit(event);
        break;
      case 'heard':
        state.lastHeardAt = Date.now();
        break;
      case 'connected':
        this.#connected(link, event.apps, event.connection);
        break;
      case 'replaced':
        this.#standDown(link, event.app, event.connection);
        break;
      default:
        emit(event);
    }
  }

  async #lookForHolders(apps: string[]): Promise<void> {
    const { instance, firstAccepted } = this.#options;
    const listed = (await this.#options.ari.applications.list({}, { timeoutMs: LOOK_LIMIT_MS })).map(
      ({ name }) => name,
    );
    for (const app of apps) this.#holders.set(app, holdersOf(app, listed, instance));
    if (this.#connectedBefore || ![...this.#holders.values()].some((holders) => holders.length > 0)) return;
    // The other connector works: this one replaces it only after the bus has accepted an entry from this one.
    this.#waitingFor = 'waiting for the bus to accept an event before it takes over from another connector';
    await firstAccepted;
    this.#waitingFor = undefined;
  }

  /** Names of Asterisk's applications; none where it does not answer. */
  async #listedNames(): Promise<string[]> {
    try {
      return (await this.#options.ari.applications.list()).map(({ name }) => name);
    } catch {
      return [];
    }
  }

  #connected(link: AppLink, apps: string[], connection: string): void {
    const { state, emit } = this.#options;
    const takenOver = apps.filter((app) => !state.holds(app) && (this.#holders.get(app)?.length ?? 0) > 0);
    const unbroken = new Set(takenOver);
    for (const app of apps) {
      if (!unbroken.has(app)) this.#gaps.set(app, this.#gaps.get(app) ?? (state.lastHeardAt || undefined));
    }
    const cause = this.#causes.get(link) ?? 'network';
    this.#causes.delete(link);
    this.#connectedBefore = true;
    state.release(apps.filter((app) => (this.#holders.get(app)?.length ?? 0) > 0));
    state.hold(apps);
    state.lastHeardAt = Date.now();
    emit({ kind: 'connected', apps, connection });
    void this.#filter.apply(apps);
    void this.#resync(
      link,
      apps.filter((app) => !unbroken.has(app)),
      connection,
      cause,
    );
    if (takenOver.length > 0) void this.#concludeHandover(link, takenOver, connection);
  }

  /** A connector that is alive registers its standby name at once; events that Asterisk sent to a dead one are lost. */
  async #concludeHandover(link: AppLink, apps: string[], connection: string): Promise<void> {
    const { instance, state, ari } = this.#options;
    let silent = apps;
    for (let waited = 0; silent.length > 0 && waited < HANDOVER_MS && link.connection === connection; ) {
      await this.#sleep(HANDOVER_POLL_MS);
      waited += HANDOVER_POLL_MS;
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
      // The other connector has forwarded their events.
      const present = await stasisChannels(ari, kept, state);
      const { entered, left } = differenceOf(present, kept, state);
      for (const { id, app, channel } of entered) state.adopt(id, app, { ...channel });
      for (const { id } of left) state.forget(id);
      this.#inStep(connection, kept);
    };
    await this.#untilAnswered(link, connection, adopt, (error, attempt) => {
      if (attempt > 1) return;
      this.#log.warn(`Cannot read Asterisk's channels: ${reasonOf(error)}. The connector tries again.`, { connection });
    });
  }

  /** Announces the gap before this connection, and rebuilds each StasisStart and StasisEnd that was missed. */
  async #resync(link: AppLink, apps: string[], connection: string, cause: GapCause): Promise<void> {
    if (apps.length === 0) return;
    const { ari, state, emit } = this.#options;
    const to = Date.now();
    const began = apps.map((app) => this.#gaps.get(app)).filter((from) => from !== undefined);
    const current = (): boolean => link.connection === connection && !this.#stopped;
    let announced = false;
    const announce = (why: GapCause): void => {
      if (announced) return;
      announced = true;
      const from = began.length > 0 ? Math.min(...began) : undefined;
      emit({ kind: 'gap', apps, connection, from, to, cause: why });
    };
    const compare = async (): Promise<void> => {
      const [{ status, system }, { timestamp }] = await Promise.all([ari.asterisk.getInfo(), ari.asterisk.ping()]);
      // Where it is unknown, it is kept at once: Asterisk may restart again soon. Else it is kept after the rebuild.
      state.startupTime ??= status?.startup_time;
      const restarted = status?.startup_time !== state.startupTime;
      const why = restarted ? 'asterisk-restarted' : cause;
      const found = await lastingDifference(ari, apps, state, this.#sleep);
      if (!current()) return;
      const differs = found.entered.length + found.left.length > 0;
      // Where no gap is known, only a difference shows that events were missed.
      if (began.length > 0 || cause === 'connector-silent' || differs) announce(why);
      if (differs) this.#recover(link, connection, found, { timestamp, asteriskId: system?.entity_id });
      state.startupTime = status?.startup_time;
      for (const app of apps) this.#gaps.delete(app);
      this.#inStep(connection, apps);
    };
    await this.#untilAnswered(link, connection, compare, (error, attempt) => {
      if (attempt !== ANNOUNCED_AFTER_ATTEMPTS) return;
      announce(cause);
      this.#log.error(
        `Cannot read Asterisk's channels: ${reasonOf(error)}. Calls that entered or left during the gap are unknown until Asterisk answers; the connector tries again.`,
        { connection, apps },
      );
    });
  }

  /** The known state of the apps' channels is now the state that Asterisk reports. */
  #inStep(connection: string, apps: string[]): void {
    this.#log.info('In step with Asterisk', { connection, apps });
    this.#options.emit({ kind: 'synced' });
  }

  /** Asks Asterisk until it answers, while the connection is open. */
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
        await this.#sleep(Math.min(1000 * attempt, ASK_AGAIN_CAP_MS));
      }
    }
  }

  #recover(link: AppLink, connection: string, { entered, left }: Difference, by: Rebuilder): void {
    const { emit } = this.#options;
    const emitRebuilt = (frame: AriFrame): void => {
      const position = link.nextPosition(connection);
      if (position) emit({ kind: 'event', frame, position, recovered: true });
    };
    for (const { app, snapshot } of left) emitRebuilt(rebuiltEnd(app, snapshot, by));
    for (const channel of entered) emitRebuilt(rebuiltStart(channel, by));
    this.#log.warn('Rebuilt events missed during the gap', { connection, entered: entered.length, left: left.length });
  }

  #standDown(link: AppLink, app: string, connection: string): void {
    const { node, credentials, ari, instance, state, emit, standbyPollMs, backoff } = this.#options;
    this.#log.warn(`Asterisk has given the app "${app}" to another program: this connector stands by`, {
      app,
      connection,
    });
    state.release([app]);
    emit({ kind: 'replaced', app, connection });
    if (link.apps.length === 0) {
      this.#links = this.#links.filter((other) => other !== link);
      this.#handedOver.add(link);
      void link.stop('another connector has taken over').then(() => this.#handedOver.delete(link));
    }
    if (this.#stopped) return;
    const takeBackMs =
      node.foreign === 'leave' ? undefined : (this.#options.takeBackMs ?? this.#takeBacks.waitFor(app));
    const standby = new Standby({
      node,
      app,
      credentials,
      ari,
      instance,
      log: this.#log,
      pollMs: standbyPollMs,
      backoff,
      takeBackMs,
      onForeign: (takesBackAt) => emit({ kind: 'taken', app, takesBackAt }),
      onFree: (since, from) => {
        this.#standbys.delete(app);
        if (from === 'foreign' && takeBackMs !== undefined) this.#takeBacks.ended(app, takeBackMs);
        this.#gaps.set(app, since);
        this.#listen([app], from === 'foreign' ? 'app-taken' : 'connector-silent');
      },
    });
    this.#standbys.set(app, standby);
    standby.start();
  }
}
