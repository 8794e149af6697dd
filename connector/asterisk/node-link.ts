import { setTimeout as wait } from 'node:timers/promises';
import type { DialledNode } from '../../lib/ari/ca-file.ts';
import type { AriClient } from '../../lib/ari/client.ts';
import type { CredentialsProvider } from '../../lib/ari/credentials.ts';
import { reasonOf } from '../../lib/ari/errors.ts';
import { timeOf } from '../../lib/ari/timestamp.ts';
import type { GapCause } from '../../lib/events/connector-event.ts';
import type { AriFrame } from '../../lib/events/entry.ts';
import type { Log } from '../../lib/log.ts';
import type { BackoffBounds } from '../backoff.ts';
import { AppLink, READ_ON_MS } from './app-link.ts';
import { AsteriskFilter } from './asterisk-filter.ts';
import type { LinkEvent } from './link-event.ts';
import type { NodeState } from './node-state.ts';
import { hasHandedOver, holderName, holdersOf } from './presence.ts';
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
  /**
   * Resolves when the bus has accepted an entry since a time, in epoch milliseconds: before that no app is taken over from
   * another connector.
   */
  acceptedSince(time: number): Promise<void>;
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
  readonly #takeBacks = new TakeBacks();
  /** The cause of a gap at a link's first connection. */
  readonly #causes = new Map<AppLink, GapCause>();
  /** The connection that was opened last. */
  #connection: string | undefined;
  /** When a link lost its connection, in epoch milliseconds. */
  readonly #lostAt = new Map<AppLink, number>();
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
    if (this.#connection !== undefined) this.#leaveGaps(this.#options.node.apps, this.#connection);
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
      beforeConnect: (wanted) => this.#lookForHolders(wanted, this.#lostAt.get(link) ?? 0),
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
        state.gaps.heard(link.apps, sentAt(event.frame.event.timestamp));
        emit(event);
        break;
      case 'heard':
        state.gaps.heard(link.apps, event.at);
        break;
      case 'connected':
        this.#connected(link, event.apps, event.connection);
        break;
      case 'replaced':
        this.#standDown(link, event.app, event.connection);
        break;
      case 'disconnected':
        this.#lostAt.set(link, Date.now());
        emit(event);
        break;
      default:
        emit(event);
    }
  }

  /** @param since when the connection before was lost: the bus has to have accepted an entry after that */
  async #lookForHolders(apps: string[], since: number): Promise<void> {
    const { instance, acceptedSince, ari } = this.#options;
    const look = async (): Promise<boolean> => {
      const listed = (await ari.applications.list({}, { timeoutMs: LOOK_LIMIT_MS })).map(({ name }) => name);
      for (const app of apps) this.#holders.set(app, holdersOf(app, listed, instance));
      return apps.some((app) => this.#holders.get(app)?.length);
    };
    if (!(await look())) return;
    // The other connector works: this one replaces it only after the bus has accepted an entry from this one.
    this.#waitingFor = 'waiting for the bus to accept an event before it takes over from another connector';
    try {
      await acceptedSince(since);
    } finally {
      this.#waitingFor = undefined;
    }
    // The other connector may be gone by now.
    await look();
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
    const cause = this.#causes.get(link) ?? 'network';
    const missed = apps.filter((app) => !takenOver.includes(app));
    state.gaps.begin(missed, cause);
    // Where the other connector hands over, this gap ends without an announcement.
    state.gaps.begin(takenOver, 'connector-silent');
    this.#causes.delete(link);
    this.#connection = connection;
    state.release(apps.filter((app) => (this.#holders.get(app)?.length ?? 0) > 0));
    state.hold(apps);
    emit({ kind: 'connected', apps, connection });
    void this.#filter.apply(apps);
    void this.#resync(link, missed, connection, cause);
    if (takenOver.length > 0) void this.#concludeHandover(link, takenOver, connection);
  }

  /**
   * A connector that is alive registers its standby name at once. One that does not has left events that nobody publishes:
   * it is gone, or answers nothing.
   */
  async #concludeHandover(link: AppLink, apps: string[], connection: string): Promise<void> {
    const { state, ari } = this.#options;
    let silent = apps;
    for (let waited = 0; silent.length > 0 && waited < HANDOVER_MS && link.isOpen(connection); ) {
      await this.#sleep(HANDOVER_POLL_MS);
      waited += HANDOVER_POLL_MS;
      const listed = await this.#listedNames();
      silent = silent.filter((app) => !hasHandedOver(app, listed, this.#holders.get(app) ?? []));
    }
    if (!link.isOpen(connection)) return;
    await this.#resync(link, silent, connection, 'connector-silent');
    const kept = apps.filter((app) => !silent.includes(app));
    if (kept.length === 0) return;
    this.#log.info('Took over from another connector', { connection, apps: kept });
    const adopt = async (): Promise<void> => {
      const [{ status, system }, { timestamp }] = await Promise.all([ari.asterisk.getInfo(), ari.asterisk.ping()]);
      state.startupTime = status?.startup_time;
      const { entered, left } = differenceOf(await stasisChannels(ari, kept, state), kept, state);
      if (!link.isOpen(connection)) return;
      // The other connector has forwarded their events. It has known only calls that entered since it started: the end of
      // an older one is rebuilt, and has the same id if both forward it.
      for (const { id, app, channel } of entered) state.adopt(id, app, { ...channel });
      if (left.length > 0) {
        this.#recover(link, connection, { entered: [], left }, { timestamp, asteriskId: system?.entity_id });
      }
      state.gaps.end(kept, Date.now());
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
    const from = state.gaps.from(apps);
    const current = (): boolean => link.isOpen(connection) && !this.#stopped;
    let announced = false;
    const announce = (why: GapCause): void => {
      if (announced) return;
      announced = true;
      const pending = apps.filter((app) => state.gaps.isOpen(app));
      if (pending.length > 0) emit({ kind: 'gap', apps: pending, connection, from, to, cause: why });
    };
    const compare = async (): Promise<void> => {
      const [{ status, system }, { timestamp }] = await Promise.all([ari.asterisk.getInfo(), ari.asterisk.ping()]);
      // Where it is unknown, it is kept at once: Asterisk may restart again soon. Else it is kept after the rebuild.
      state.startupTime ??= status?.startup_time;
      const restarted = status?.startup_time !== state.startupTime;
      const why = restarted ? 'asterisk-restarted' : cause;
      const found = await lastingDifference(ari, apps, state, this.#sleep);
      if (!current()) return;
      announce(why);
      if (found.entered.length + found.left.length > 0)
        this.#recover(link, connection, found, { timestamp, asteriskId: system?.entity_id });
      state.startupTime = status?.startup_time;
      state.gaps.end(apps, Date.now());
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

  /** Announces gaps that no comparison with Asterisk has ended, as this connector will not do it any more. */
  #leaveGaps(apps: string[], connection: string): void {
    const { state, emit } = this.#options;
    for (const app of apps.filter((one) => state.gaps.isOpen(one))) {
      const cause = state.gaps.causeOf(app) ?? 'network';
      emit({ kind: 'gap', apps: [app], connection, from: state.gaps.from([app]), to: Date.now(), cause });
      state.gaps.end([app], Date.now());
    }
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
    const current = (): boolean => link.isOpen(connection) && !this.#stopped;
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
    // While the socket is read to its end, the comparison with Asterisk can still end a gap.
    void this.#sleep(this.#options.handoverMs ?? READ_ON_MS).then(() => this.#leaveGaps([app], connection));
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
      onFree: (from) => {
        this.#standbys.delete(app);
        if (from === 'foreign' && takeBackMs !== undefined) this.#takeBacks.ended(app, takeBackMs);
        this.#listen([app], from === 'foreign' ? 'app-taken' : 'connector-silent');
      },
    });
    this.#standbys.set(app, standby);
    standby.start();
  }
}

/** When an event was sent that is read now: it may have waited for this process. Clocks differ, so never later than now. */
function sentAt(timestamp: unknown): number {
  return Math.min(Date.now(), timeOf(timestamp) ?? Number.POSITIVE_INFINITY);
}
