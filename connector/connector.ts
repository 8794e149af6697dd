import { randomUUID } from 'node:crypto';
import { createAriClient } from '../lib/ari/client.ts';
import type { CredentialsProvider } from '../lib/ari/credentials.ts';
import { httpTransport } from '../lib/ari/http-transport.ts';
import type { ConnectorEventMap, ConnectorEventType } from '../lib/events/connector-event.ts';
import type { Log } from '../lib/log.ts';
import { type LinkEvent, type NodeHistory, NodeLink, NodeState, type NodeStateCheckpoint } from './asterisk/index.ts';
import type { BackoffBounds } from './backoff.ts';
import { CallRecords, EventOrigin, eventId } from './call-records.ts';
import type { ConnectorNode } from './config.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { EventBus } from './event-bus.ts';
import type { EventFilter } from './event-filter.ts';
import { Journal, type JournalRecord } from './journal/index.ts';
import type { LeftoverQueue } from './leftover-queue.ts';
import { Leftovers } from './leftovers.ts';
import { newsOf } from './link-news.ts';
import { Losses } from './losses.ts';
import type { Gauges, Metrics } from './metrics.ts';
import { newsRecord } from './news.ts';
import { Publisher } from './publisher.ts';
import { replay } from './replay.ts';
import { type CallRescued, Rescues } from './rescues.ts';
import { type ServedNode, ServedNodes } from './served-nodes.ts';
import { SharedState } from './shared-state.ts';
import type { StateTable } from './state-table.ts';
import { within } from './within.ts';

export interface ConnectorOptions {
  nodes: readonly ConnectorNode[];
  credentialsOf(secretId: string): CredentialsProvider;
  bus: EventBus;
  filter: EventFilter;
  deadLetters: DeadLetters;
  /** Takes what a stopped connector could not publish. @default none: it stays on the disk */
  leftovers?: LeftoverQueue | undefined;
  /** Shared with other connectors. @default none: a connector knows of others what Asterisk lists, and its own disk */
  table?: StateTable | undefined;
  /** The bus is new: no connector has put anything on it before. @default false */
  isNewBus?: boolean | undefined;
  metrics: Metrics;
  log: Log;
  journalFolder: string;
  journalMaxBytes: number;
  memoryMaxBytes: number;
  /** Requests to the bus in flight. */
  putEventsConcurrency: number;
  /** Delays between attempts to connect. @default { baseMs: 250, capMs: 1000 }; up to 10 s where Asterisk refuses the user */
  reconnect?: BackoffBounds | undefined;
  /** @default 5000 */
  pingIntervalMs?: number | undefined;
  /** @default 2000 */
  standbyPollMs?: number | undefined;
  /** How long an app is left to a program that is not a connector. @default 30 s, then at doubling intervals to 10 min */
  takeBackMs?: number | undefined;
}

/** The connector's status, for `/readyz`. */
export interface ConnectorStatus {
  ready: boolean;
  /** By node: `connected`, or why it is not. */
  nodes: Record<string, string>;
  /** `accepting`, or why the bus accepts nothing for now. */
  bus: string;
  /** `on disk`, or why events are in memory only. */
  journal: string;
  /** Events that wait for the bus. */
  waiting: number;
}

/** Events that a stopped connector has not published. */
export interface Leftover {
  /** Events that were not published in time. The next process publishes those that are on its disk. */
  waiting: number;
  /** Events that were dropped because there was no room, and whose number is not announced. */
  dropped: number;
}

/** With a shared table Asterisk is pinged so often: another connector takes over where it does not answer for two seconds. */
const SHARED_PING_MS = 1000;
/** A connection on which nothing comes for so long ends. */
const SILENT_MS = 10_000;
/** How long the bus may accept nothing until another connector is to take over. */
const CANNOT_PUBLISH_MS = 10_000;
const NOTHING_ANNOUNCED: NodeHistory = { isServed: false, stays: [], holders: new Map() };

/**
 * For so long a connector that has reached nothing yet, and knows of no other one, counts as one that cannot work: a deployment
 * with a wrong port ends with the one that works. After that, Asterisk is what is away.
 */
const UNPROVEN_MS = 5 * 60 * 1000;

/** Forwards the events of all nodes to the bus: link → record → journal → publisher → bus. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #log: Log;
  readonly #createdAt = performance.now();
  readonly #instance = randomUUID().slice(0, 8);
  readonly #records: CallRecords;
  readonly #nodes = new ServedNodes();
  readonly #journal: Journal;
  readonly #publisher: Publisher;
  readonly #losses: Losses;
  readonly #leftovers: Leftovers | undefined;
  readonly #shared: SharedState | undefined;
  /** When the bus last accepted an entry, in epoch milliseconds; 0 for never. */
  #acceptedAt = 0;
  /** When it last began to accept none, by the monotonic clock in milliseconds. */
  #stalledAt = 0;
  /** Called at the next acceptance. */
  #onceAccepted: (() => void)[] = [];

  constructor(options: ConnectorOptions) {
    const { log, bus, filter, metrics, deadLetters } = options;
    this.#options = options;
    this.#log = log;
    this.#records = new CallRecords(bus, filter, metrics);
    this.#losses = new Losses({
      deadLetters,
      metrics,
      log,
      announce: (type, detail) => this.#announce(type, detail),
      repeat: (news) => this.#journal.append(news),
    });
    this.#publisher = new Publisher({
      bus,
      concurrency: options.putEventsConcurrency,
      onAccepted: (record) => this.#accepted(record),
      onRejected: (record, reason) => this.#rejected(record, reason),
      onRetry: ({ node, app }) => metrics.count('retried', node, app),
      onStalled: (reason) => {
        this.#stalledAt = performance.now();
        log.warn(`${bus.name} cannot be reached: ${reason}. Events wait, and the connector sends them again.`, {
          waiting: this.#journal.depth,
        });
      },
      onRecovered: () => log.info(`${bus.name} is accepting events again`, { waiting: this.#journal.depth }),
    });
    this.#journal = new Journal({
      folder: options.journalFolder,
      nodes: options.nodes.map(({ name }) => name),
      maxBytes: options.journalMaxBytes,
      windowBytes: options.memoryMaxBytes,
      log,
      checkpoint: (node) => this.#nodes.get(node)?.origin.state.checkpoint(),
      onRecord: (record, arrival) => this.#publisher.submit(record, arrival),
      onDropped: (record) => {
        this.#losses.drop(record, this.#journal.depth);
        this.#leftovers?.settled(record.id);
      },
      onLost: (node, count) => this.#losses.lose(node, count),
    });
    this.#leftovers =
      options.leftovers &&
      new Leftovers({
        queue: options.leftovers,
        sender: this.#instance,
        journal: this.#journal,
        publisher: this.#publisher,
        losses: this.#losses,
        log,
      });
    this.#shared =
      options.table &&
      new SharedState({
        table: options.table,
        instance: this.#instance,
        bus,
        heartbeat: () => ({
          hears: this.#nodes.where(({ link }) => link.isHeard),
          publishes: this.#canPublish,
          waiting: this.#journal.depth,
          acceptedAt: this.#acceptedAt,
        }),
        log,
      });
    const histories = this.#journal.open();
    for (const node of options.nodes) {
      const { checkpoint, since = [] } = histories.get(node.name) ?? {};
      const served = this.#node(node, new NodeState(checkpoint as NodeStateCheckpoint | undefined));
      this.#nodes.add(served);
      for (const record of since) this.#replay(served.origin.state, record);
    }
    if (this.#journal.depth > 0) {
      log.info('The journal has events of an earlier process: publishing them now', { waiting: this.#journal.depth });
    }
  }

  start(): void {
    for (const { origin, link } of this.#nodes.all) {
      this.#announce('ConnectorStarted', { node: origin.name, apps: [...origin.apps], instance: this.#instance });
      link.start();
    }
    this.#journal.resume();
    this.#leftovers?.start();
    this.#shared?.start();
  }

  get status(): ConnectorStatus {
    const { ready, nodes } = this.#nodes.status;
    return {
      ready: ready && !this.#publisher.stalled && !this.#journal.fault,
      nodes,
      bus: this.#publisher.stalled ?? 'accepting',
      journal: this.#journal.fault ?? 'on disk',
      waiting: this.#journal.depth,
    };
  }

  /** Nodes whose link has stopped working, so that only a new process helps. */
  stuckNodes(now = Date.now()): string[] {
    return this.#nodes.where(({ link }) => link.isStuck(now));
  }

  /**
   * Nodes that this connector has neither been connected to nor stood by for since it started, although others are connected
   * to them. Where no table says what others do: all nodes, while it has reached none of them, for `UNPROVEN_MS` at most.
   */
  get neverServed(): string[] {
    const notServed = this.#nodes.where(({ link }) => !link.hasServed);
    if (this.#shared) {
      const { servedByOthers } = this.#shared.heartbeats;
      return notServed.filter((name) => servedByOthers.includes(name));
    }
    const isNew = performance.now() - this.#createdAt < UNPROVEN_MS;
    return isNew && notServed.length === this.#options.nodes.length ? notServed : [];
  }

  get gauges(): Gauges {
    const { oldest } = this.#journal;
    return {
      ...this.#nodes.gauges,
      tableFailures: this.#shared?.failures,
      journalDepth: this.#journal.depth,
      journalBytes: this.#journal.bytes,
      journalAgeSeconds: oldest === undefined ? 0 : Math.max(0, Date.now() - oldest) / 1000,
    };
  }

  /**
   * Closes the links, then publishes the events that were read, or hands them to another connector, for at most `limitMs`
   * milliseconds.
   */
  async stop(limitMs: number): Promise<Leftover> {
    const until = Date.now() + limitMs;
    const handOverMs = this.#leftovers?.stop(limitMs) ?? 0;
    await this.#nodes.stop();
    this.#losses.announceAll();
    const drained = this.#journal.idle().then(() => this.#options.deadLetters.idle());
    await within(drained, until - handOverMs);
    // The first announcement may itself have found no room but in place of other events.
    this.#losses.announceAll();
    if (this.#leftovers && this.#journal.depth > 0) await within(this.#leftovers.handOver(until), until);
    const dropped = this.#losses.close();
    await this.#shared?.stop();
    const waiting = this.#journal.depth;
    this.#journal.close();
    return { waiting, dropped };
  }

  #node(node: ConnectorNode, state: NodeState): ServedNode {
    const {
      credentialsOf,
      filter,
      reconnect,
      pingIntervalMs,
      standbyPollMs,
      takeBackMs,
      isNewBus = false,
    } = this.#options;
    const credentials = credentialsOf(node.secretId);
    const origin = new EventOrigin(node.name, node.apps, state);
    const ari = createAriClient(
      httpTransport({ url: node.url, credentials, ...(node.ca !== undefined && { ca: node.ca }) }),
    );
    const link = new NodeLink({
      node,
      credentials,
      ari,
      state,
      instance: this.#instance,
      excludedTypes: filter.excludedTypes(),
      acceptedSince: (time) => this.#acceptedSince(time),
      others: this.#shared?.heartbeats,
      history: async (limitMs) =>
        isNewBus && !this.#shared ? NOTHING_ANNOUNCED : this.#shared?.historyOf(node.name, limitMs),
      log: this.#log,
      backoff: reconnect,
      ...(this.#shared
        ? { pingIntervalMs: pingIntervalMs ?? SHARED_PING_MS, silentMs: SILENT_MS }
        : { pingIntervalMs }),
      standbyPollMs,
      takeBackMs,
      emit: (event) => this.#onLink(origin, event),
    });
    const rescues = new Rescues({
      node: node.name,
      apps: origin.apps,
      ari,
      onRescued: (rescued) => this.#rescued(rescued),
    });
    return { origin, link, rescues };
  }

  #onLink(origin: EventOrigin, event: LinkEvent): void {
    const { name: node } = origin;
    switch (event.kind) {
      case 'event': {
        const record = this.#records.recordOf(origin, event);
        if (record) this.#append(record);
        this.#nodes.get(node)?.rescues.observe(event.frame);
        break;
      }
      case 'rejected': {
        const { fault, text, position } = event;
        this.#options.metrics.count('read', node, '');
        this.#losses.reject({ kind: 'event', id: eventId(position), node, app: '', reason: fault, content: text });
        break;
      }
      case 'synced':
        this.#journal.saveSoon(node);
        break;
      default: {
        if (event.kind === 'connected') this.#shared?.took(node, event.apps);
        if (event.kind === 'replaced') this.#shared?.lost(node, event.app);
        const news = newsOf(node, event);
        if (news?.type === 'Gap') this.#noteGap(news.detail);
        if (news) this.#append(newsRecord(this.#options.bus, news.type, news.detail));
      }
    }
  }

  #noteGap(gap: ConnectorEventMap['Gap']): void {
    const { connection: _, ...announced } = gap;
    for (const app of gap.apps) this.#options.metrics.count('gaps', gap.node, app);
    this.#log.warn('Events may have been missed: Asterisk does not send them again', announced);
  }

  #rescued(rescued: CallRescued): void {
    const { node, app } = rescued;
    this.#options.metrics.count('rescued', node, app);
    this.#log.warn('No handler claimed a call in time: Asterisk has sent it to the fallback', rescued);
    this.#announce('CallRescued', rescued);
  }

  #announce<T extends ConnectorEventType>(type: T, detail: ConnectorEventMap[T]): void {
    this.#append(newsRecord(this.#options.bus, type, detail));
  }

  #append(record: JournalRecord): void {
    const { name, limits } = this.#options.bus;
    if (record.bytes <= limits.entryBytes) {
      this.#journal.append(record);
      return;
    }
    const reason = `an entry of ${name} has at most ${limits.entryBytes} bytes, this one has ${record.bytes}`;
    this.#losses.reject({ ...record, reason, content: record.entry.toString('utf8') });
  }

  /** False where the bus has accepted nothing for some time: a short trouble is no reason to hand apps over. */
  get #canPublish(): boolean {
    return this.#publisher.stalled === undefined || performance.now() - this.#stalledAt < CANNOT_PUBLISH_MS;
  }

  #acceptedSince(time: number): Promise<void> {
    if (this.#acceptedAt > time) return Promise.resolve();
    return new Promise((resolve) => this.#onceAccepted.push(resolve));
  }

  #accepted(record: JournalRecord): void {
    this.#acceptedAt = Date.now();
    for (const proceed of this.#onceAccepted.splice(0)) proceed();
    this.#options.metrics.published(record.node, record.app, Date.now() - record.receivedAt);
    this.#journal.settle(record);
    this.#leftovers?.settled(record.id);
    this.#shared?.accepted(record);
    this.#losses.announceDropped(record.node);
  }

  #rejected(record: JournalRecord, reason: string): void {
    this.#journal.settle(record);
    this.#leftovers?.settled(record.id);
    this.#losses.reject({ ...record, reason, content: record.entry.toString('utf8') });
  }

  #replay(state: NodeState, record: JournalRecord): void {
    try {
      replay(state, record, this.#options.bus.detailOf(record.entry));
    } catch {
      // Its text was damaged on disk. If it still waits, the bus rejects it and it becomes a dead letter.
    }
  }
}
