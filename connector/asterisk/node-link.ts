import { setTimeout as wait } from 'node:timers/promises';
import type { DialledNode } from '../../lib/ari/ca-file.ts';
import type { AriClient } from '../../lib/ari/client.ts';
import type { CredentialsProvider } from '../../lib/ari/credentials.ts';
import { timeOf } from '../../lib/ari/timestamp.ts';
import type { GapCause } from '../../lib/events/connector-event.ts';
import type { Log } from '../../lib/log.ts';
import type { BackoffBounds } from '../backoff.ts';
import { AppLink, READ_ON_MS } from './app-link.ts';
import { AsteriskFilter } from './asterisk-filter.ts';
import { Comparison } from './comparison.ts';
import { HandOver } from './hand-over.ts';
import { Holders } from './holders.ts';
import type { LinkEvent } from './link-event.ts';
import type { NodeState } from './node-state.ts';
import type { NodeHistory, OtherConnectors } from './others.ts';
import { holderName } from './presence.ts';
import { type FreeFrom, Standby } from './standby.ts';
import { TakeBacks } from './take-backs.ts';

/** How long Asterisk may send nothing until the connection counts as not working, where others can take over. */
const QUIET_MS = 2000;
/** How often the calls that were announced are compared with the known ones. */
const AUDIT_MS = 60_000;
/** Attempts to connect are at most ten seconds apart, each of a few seconds: a link with no sign for this long has stopped working. */
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
  /** What is known of other connectors beside their names in Asterisk. @default nothing */
  others?: OtherConnectors | undefined;
  /**
   * What earlier connectors have left to know of the node; undefined where that is not known within so many
   * milliseconds. @default never known
   */
  history?(limitMs: number): Promise<NodeHistory | undefined>;
  emit(event: LinkEvent): void;
  log: Log;
  backoff?: BackoffBounds | undefined;
  pingIntervalMs?: number | undefined;
  /** How long Asterisk may send nothing before the connection ends, in milliseconds. @default two intervals of pings */
  silentMs?: number | undefined;
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
  readonly #comparison: Comparison;
  readonly #handOver: HandOver;
  readonly #standby: Standby;
  readonly #filter: AsteriskFilter;
  #links: AppLink[] = [];
  /** Links whose apps were all taken over, while they are read to their end. */
  readonly #handedOver = new Set<AppLink>();
  /** Other connectors that held an app just before this connection. */
  readonly #holders: Holders;
  readonly #takeBacks = new TakeBacks();
  /** The cause of a gap at a link's first connection. */
  readonly #causes = new Map<AppLink, GapCause>();
  /** The connection that was opened last. */
  #connection: string | undefined;
  /** When a link lost its connection, in epoch milliseconds. */
  readonly #lostAt = new Map<AppLink, number>();
  #auditing: NodeJS.Timeout | undefined;
  #stopped = false;
  /** Apps that this connector has held, or that another one held while this one stood by. */
  readonly #served = new Set<string>();

  constructor(options: NodeLinkOptions) {
    const { node, credentials, ari, state, instance, others, standbyPollMs, backoff, emit } = options;
    this.#options = options;
    this.#log = options.log.with({ node: node.name });
    this.#sleep = options.sleep ?? wait;
    this.#filter = new AsteriskFilter(ari, options.excludedTypes, this.#log);
    this.#comparison = new Comparison({
      ari,
      state,
      history: options.history ?? (async () => undefined),
      emit,
      log: this.#log,
      sleep: this.#sleep,
    });
    const { acceptedSince } = options;
    this.#holders = new Holders({ node: node.name, instance, ari, others, acceptedSince, sleep: this.#sleep });
    const comparison = this.#comparison;
    this.#handOver = new HandOver({ comparison, ari, state, others, log: this.#log, sleep: this.#sleep });
    this.#standby = new Standby({
      node,
      credentials,
      ari,
      instance,
      others,
      log: this.#log,
      pollMs: standbyPollMs,
      backoff,
      prove: (apps, from) => {
        const since = Date.now();
        emit({ kind: 'taking', apps: [...apps], from: [...from] });
        return options.acceptedSince(since);
      },
      onHeld: (app) => this.#served.add(app),
      onForeign: (app, takesBackAt) => emit({ kind: 'taken', app, takesBackAt }),
      onFree: (apps, from) => this.#takeBack(apps, from),
    });
  }

  get status(): NodeStatus {
    const troubles = [this.#holders.waitingFor, ...this.#links.map(({ notReady }) => notReady)].filter(
      (trouble) => trouble !== undefined,
    );
    const standing = this.#standby.statuses;
    const taken = standing.filter(({ ready }) => !ready).map(({ says }) => says);
    if (this.#links.length + standing.length === 0) return { ready: false, says: 'not started' };
    if (troubles.length + taken.length > 0) return { ready: false, says: [...troubles, ...taken].join('; ') };
    return { ready: true, says: standing.map(({ says }) => says).join('; ') || 'connected' };
  }

  /** Apps that are registered over an open connection. */
  get connectedApps(): string[] {
    return this.#links.filter(({ connection }) => connection !== undefined).flatMap(({ apps }) => apps);
  }

  /** Apps that this connector stands by for while another one holds them. */
  get heldByOthers(): string[] {
    return this.#standby.heldByOthers;
  }

  /** Whether Asterisk answers, on a connection with apps. */
  get isHeard(): boolean {
    return this.#links.some(({ silentForMs }) => silentForMs < QUIET_MS);
  }

  /** Whether each app was once registered by this connector, or held by another one while this one stood by. */
  get hasServed(): boolean {
    return this.#options.node.apps.every((app) => this.#served.has(app));
  }

  /** When Asterisk's certificate expires, in epoch milliseconds; undefined where none was seen. */
  get certificateExpires(): number | undefined {
    const all = this.#links.flatMap(({ certificateExpires }) => certificateExpires ?? []);
    return all.length > 0 ? Math.min(...all) : undefined;
  }

  /** Whether the link has stopped working, so that only a new process helps: false while Asterisk is away. */
  isStuck(now = Date.now()): boolean {
    return this.#holders.waitingFor === undefined && this.#links.some(({ lastSign }) => now - lastSign > STUCK_MS);
  }

  start(): void {
    this.#listen([...new Set(this.#options.node.apps)]);
    if (this.#options.history) this.#auditing = setInterval(() => this.#audit(), AUDIT_MS).unref();
  }

  #audit(): void {
    for (const link of this.#links) {
      const { apps, connection } = link;
      if (connection !== undefined) void this.#comparison.audit(link, apps, connection);
    }
  }

  /** Closes all connections and does not reconnect; resolves when every event that Asterisk sent over them is emitted. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#auditing);
    this.#holders.stop();
    this.#comparison.stop([...this.#options.node.apps], this.#connection);
    this.#standby.stop();
    await Promise.all([...this.#links, ...this.#handedOver].map((link) => link.stop('this connector was stopped')));
    this.#options.state.release(this.#options.node.apps);
  }

  /** @param cause the cause of the gap at the first connection, where there is one */
  #listen(apps: string[], cause: GapCause = 'connector-restarted'): void {
    const { node, credentials, instance, backoff, pingIntervalMs, silentMs, handoverMs } = this.#options;
    const link: AppLink = new AppLink({
      node,
      apps,
      credentials,
      log: this.#log,
      nameBeside: (app) => holderName(app, instance),
      backoff,
      pingIntervalMs,
      silentMs,
      handoverMs,
      beforeConnect: (wanted) => this.#prepare(link, wanted),
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
        this.#replaced(link, event.app, event.connection);
        break;
      case 'disconnected':
        this.#lostAt.set(link, Date.now());
        emit(event);
        break;
      default:
        emit(event);
    }
  }

  /** Before a link connects: who holds its apps, and which calls were announced. */
  async #prepare(link: AppLink, apps: string[]): Promise<void> {
    const mayTake = (await this.#holders.look(apps)) ? await this.#holders.prove(apps, this.#lostAt.get(link)) : 'free';
    if (mayTake === 'replaced') {
      this.#leave(link, apps);
      throw new Error('another connector has taken over while there was no connection');
    }
    this.#holders.learn((await this.#comparison.learn())?.holders);
    // Meanwhile the other connector may be gone, and another one may have come.
    if ((await this.#holders.look(apps)) && mayTake === 'free') {
      throw new Error('another connector has taken the apps just now');
    }
  }

  #connected(link: AppLink, apps: string[], connection: string): void {
    const { state, emit } = this.#options;
    const isHeld = (app: string): boolean => this.#holders.of(app).length > 0;
    const takenOver = apps.filter((app) => !state.holds(app) && this.#holders.canHandOver(app));
    const cause = this.#causes.get(link) ?? 'network';
    const missed = apps.filter((app) => !takenOver.includes(app));
    state.gaps.begin(missed, cause);
    // Where the other connector hands over, this gap ends without an announcement.
    state.gaps.begin(takenOver, 'connector-silent');
    this.#causes.delete(link);
    this.#connection = connection;
    for (const app of apps) this.#served.add(app);
    state.release(apps.filter(isHeld));
    state.hold(apps);
    emit({ kind: 'connected', apps, connection });
    void this.#filter.apply(apps);
    void this.#comparison.resync(link, missed, connection, cause);
    if (takenOver.length === 0) return;
    const holders = new Map(takenOver.map((app) => [app, this.#holders.of(app)]));
    void this.#handOver.conclude(link, holders, connection);
  }

  #replaced(link: AppLink, app: string, connection: string): void {
    const { state, emit } = this.#options;
    this.#log.warn(`Asterisk has given the app "${app}" to another program: this connector stands by`, {
      app,
      connection,
    });
    state.release([app]);
    // While the socket is read to its end, the comparison with Asterisk can still end a gap.
    void this.#sleep(this.#options.handoverMs ?? READ_ON_MS).then(() => this.#comparison.leaveGaps([app], connection));
    emit({ kind: 'replaced', app, connection });
    if (link.apps.length === 0) this.#remove(link);
    if (!this.#stopped) this.#standBy(app);
  }

  /** Leaves apps to a connector that has taken them while this one had no connection. */
  #leave(link: AppLink, apps: string[]): void {
    this.#log.warn('Another connector has taken over while there was no connection: this connector stands by', {
      apps,
    });
    const { state } = this.#options;
    state.release(apps);
    // What Asterisk sent over the lost connection was not read to its end.
    state.gaps.begin(apps, 'network');
    if (this.#connection !== undefined) this.#comparison.leaveGaps(apps, this.#connection);
    this.#remove(link);
    for (const app of apps) this.#standBy(app);
  }

  #remove(link: AppLink): void {
    this.#links = this.#links.filter((other) => other !== link);
    this.#handedOver.add(link);
    void link.stop('another connector has taken over').then(() => this.#handedOver.delete(link));
  }

  #standBy(app: string): void {
    const { node, takeBackMs } = this.#options;
    this.#standby.add(app, node.foreign === 'leave' ? undefined : (takeBackMs ?? this.#takeBacks.waitFor(app)));
  }

  #takeBack(apps: { app: string; takeBackMs: number | undefined }[], from: FreeFrom): void {
    if (from === 'foreign') {
      for (const { app, takeBackMs } of apps) if (takeBackMs !== undefined) this.#takeBacks.ended(app, takeBackMs);
    }
    const names = apps.map(({ app }) => app);
    this.#listen(names, from === 'foreign' ? 'app-taken' : 'connector-silent');
  }
}

/** When an event was sent that is read now: it may have waited for this process. Clocks differ, so never later than now. */
function sentAt(timestamp: unknown): number {
  return Math.min(Date.now(), timeOf(timestamp) ?? Number.POSITIVE_INFINITY);
}
