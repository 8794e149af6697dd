import { randomUUID } from 'node:crypto';
import { createAriClient } from '../lib/ari/client.ts';
import type { CredentialsProvider } from '../lib/ari/credentials.ts';
import { httpTransport } from '../lib/ari/http-transport.ts';
import { type ConnectorEventMap, type ConnectorEventType, connectorEntry } from '../lib/events/connector-event.ts';
import { type AriFrame, CALL_EVENT_SOURCE, CONNECTOR_SOURCE, callEventEntry } from '../lib/events/entry.ts';
import type { EventMetadata } from '../lib/events/metadata.ts';
import { subjectOf } from '../lib/events/subject.ts';
import type { Log } from '../lib/log.ts';
import type { FramePosition } from './asterisk/app-link.ts';
import { NodeLink } from './asterisk/node-link.ts';
import { NodeState, type NodeStateCheckpoint } from './asterisk/node-state.ts';
import type { BackoffBounds } from './backoff.ts';
import type { ConnectorNode } from './config.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { EventBus } from './event-bus.ts';
import type { EventFilter } from './event-filter.ts';
import { Journal } from './journal/journal.ts';
import { type JournalRecord, journalRecord, type RecordOrigin } from './journal/record.ts';
import type { Gauges, Metrics } from './metrics.ts';
import { Publisher } from './publisher.ts';

export interface ConnectorOptions {
  nodes: readonly ConnectorNode[];
  credentialsOf(secretId: string): CredentialsProvider;
  bus: EventBus;
  filter: EventFilter;
  deadLetters: DeadLetters;
  metrics: Metrics;
  log: Log;
  journalFolder: string;
  journalMaxBytes: number;
  memoryMaxBytes: number;
  putEventsMaxBytes: number;
  putEventsConcurrency: number;
  /** Delays between attempts to connect. @default { baseMs: 500, capMs: 30000 } */
  reconnect?: BackoffBounds;
  /** @default 5000 */
  pingIntervalMs?: number;
  /** @default 2000 */
  standbyPollMs?: number;
}

/** How the connector is, for `/readyz`. */
export interface ConnectorStatus {
  ready: boolean;
  /** `connected`, or why not, by node. */
  nodes: Record<string, string>;
  /** `accepting`, or why EventBridge takes nothing for now. */
  bus: string;
  /** `on disk`, or why events are in memory only. */
  journal: string;
  /** Events that wait for EventBridge. */
  waiting: number;
}

/** What a stop leaves behind. */
export interface Leftover {
  /** Events that were not published in time. Those that a disk has are published by the next process on it. */
  waiting: number;
  /** Events that found no room, and that nobody was told of yet. */
  dropped: number;
}

/** EventBridge takes entries of up to 1 MiB. */
const MAX_ENTRY_BYTES = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;
const NO_ROOM = 'there was no room for them to wait';

interface Checkpoint {
  nodes: Record<string, NodeStateCheckpoint>;
}

/** One node as the connector looks after it. */
interface Node {
  name: string;
  apps: ReadonlySet<string>;
  state: NodeState;
  link: NodeLink;
  /** Events that found no room, and that nobody was told of yet. */
  dropped: number;
}

/** The way of an event: link → filter → entry → journal → publisher → bus. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #log: Log;
  readonly #instance = randomUUID().slice(0, 8);
  readonly #nodes: Map<string, Node>;
  readonly #journal: Journal;
  readonly #publisher: Publisher;
  #busProven: () => void = () => {};

  constructor(options: ConnectorOptions) {
    const { log, bus, metrics } = options;
    this.#options = options;
    this.#log = log;
    this.#publisher = new Publisher({
      bus,
      maxBytes: options.putEventsMaxBytes,
      concurrency: options.putEventsConcurrency,
      onAccepted: (record) => this.#accepted(record),
      onRejected: (record, reason) => this.#refused(record, reason),
      onRetry: ({ node, app }) => metrics.count('retried', node, app),
      onStalled: (reason) =>
        log.warn(`EventBridge cannot be reached: ${reason}. Events wait and are sent again.`, {
          waiting: this.#journal.depth,
        }),
      onRecovered: () => log.info('EventBridge takes events again', { waiting: this.#journal.depth }),
    });
    this.#journal = new Journal({
      folder: options.journalFolder,
      maxBytes: options.journalMaxBytes,
      windowBytes: options.memoryMaxBytes,
      log,
      checkpoint: (): Checkpoint => ({
        nodes: Object.fromEntries([...this.#nodes].map(([name, { state }]) => [name, state.checkpoint()])),
      }),
      onRecord: (record, arrival) => this.#publisher.submit(record, arrival),
      onDropped: (origin) => this.#drop(origin),
    });
    this.#nodes = new Map();
    const { checkpoint, since } = this.#journal.open();
    const states = (checkpoint as Checkpoint | undefined)?.nodes ?? {};
    const busProven = new Promise<void>((resolve) => {
      this.#busProven = resolve;
    });
    for (const node of options.nodes)
      this.#nodes.set(node.name, this.#node(node, new NodeState(states[node.name]), busProven));
    for (const record of since) {
      try {
        this.#replay(record);
      } catch {
        // Its text was damaged on disk. EventBridge refuses it where it still waits, and it becomes a dead letter.
      }
    }
    if (this.#journal.depth > 0) {
      log.info('An earlier process left events in the journal: they are published now', {
        waiting: this.#journal.depth,
      });
    }
  }

  start(): void {
    this.#journal.checkpoint();
    for (const { name, apps, link } of this.#nodes.values()) {
      this.#announce('ConnectorStarted', { node: name, apps: [...apps], instance: this.#instance });
      link.start();
    }
    this.#journal.resume();
  }

  get status(): ConnectorStatus {
    const nodes = [...this.#nodes].map(([name, { link }]) => [name, link.status] as const);
    return {
      ready: nodes.every(([, { ready }]) => ready) && !this.#publisher.stalled && !this.#journal.fault,
      nodes: Object.fromEntries(nodes.map(([name, { says }]) => [name, says])),
      bus: this.#publisher.stalled ?? 'accepting',
      journal: this.#journal.fault ?? 'on disk',
      waiting: this.#journal.depth,
    };
  }

  /** Nodes whose link has stopped working, which a new process would put right. */
  stuckNodes(now = Date.now()): string[] {
    return [...this.#nodes.values()].filter(({ link }) => link.isStuck(now)).map(({ name }) => name);
  }

  get gauges(): Gauges {
    const { oldest } = this.#journal;
    return {
      connected: [...this.#nodes.values()].flatMap(({ name, apps, link }) => {
        const connected = link.connectedApps;
        return [...apps].map((app) => ({ node: name, app, value: connected.includes(app) }));
      }),
      certificates: [...this.#nodes.values()].flatMap(({ name, link }) => {
        const expires = link.certificateExpires;
        return expires === undefined ? [] : [{ node: name, days: (expires - Date.now()) / DAY_MS }];
      }),
      journalDepth: this.#journal.depth,
      journalBytes: this.#journal.bytes,
      journalAgeSeconds: oldest === undefined ? 0 : Math.max(0, Date.now() - oldest) / 1000,
    };
  }

  /** Stops listening and publishes what was read, for `limitMs` at the most. */
  async stop(limitMs: number): Promise<Leftover> {
    await Promise.all([...this.#nodes.values()].map(({ link }) => link.stop()));
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs);
    });
    const drained = this.#journal.idle().then(() => this.#options.deadLetters.idle());
    await Promise.race([drained, limit]);
    clearTimeout(timer);
    const dropped = [...this.#nodes.values()].reduce((sum, node) => sum + this.#tellDropped(node), 0);
    const waiting = this.#journal.depth;
    this.#journal.close();
    return { waiting, dropped };
  }

  #node(node: ConnectorNode, state: NodeState, busProven: Promise<void>): Node {
    const { credentialsOf, filter, metrics, reconnect, pingIntervalMs, standbyPollMs } = this.#options;
    const { name } = node;
    const credentials = credentialsOf(node.secretId);
    const link = new NodeLink({
      node,
      credentials,
      ari: createAriClient(
        httpTransport({ url: node.url, credentials, ...(node.ca !== undefined && { ca: node.ca }) }),
      ),
      state,
      instance: this.#instance,
      excludedTypes: filter.excludedTypes(),
      busProven,
      log: this.#log,
      ...(reconnect && { backoff: reconnect }),
      ...(pingIntervalMs !== undefined && { pingIntervalMs }),
      ...(standbyPollMs !== undefined && { standbyPollMs }),
      listener: {
        connected: (apps, connection) => this.#announce('NodeConnected', { node: name, apps, connection }),
        disconnected: (apps, connection, reason) =>
          this.#announce('NodeDisconnected', { node: name, apps, connection, reason }),
        standingDown: (app, connection) => this.#announce('StandingDown', { node: name, app, connection }),
        gap: ({ apps, connection, from, to, cause }) => {
          const times = { ...(from !== undefined && { from: iso(from) }), to: iso(to) };
          for (const app of apps) metrics.count('gaps', name, app);
          this.#log.warn('Events may have been missed: Asterisk does not repeat them', {
            node: name,
            apps,
            cause,
            ...times,
          });
          this.#announce('Gap', { node: name, apps, connection, ...times, cause });
        },
        event: (frame, position, recovered) => this.#forward(name, frame, position, recovered),
        rejected: (fault, text, position) => {
          metrics.count('read', name, '');
          this.#reject({ id: eventId(position), node: name, app: '', reason: fault, content: text });
        },
        synced: () => this.#journal.checkpoint(),
      },
    });
    return { name, apps: new Set(node.apps), state, link, dropped: 0 };
  }

  #forward(nodeName: string, frame: AriFrame, position: FramePosition, recovered: boolean): void {
    const { filter, metrics } = this.#options;
    const { event } = frame;
    const { apps, state } = this.#nodes.get(nodeName) as Node;
    const app = typeof event.application === 'string' && apps.has(event.application) ? event.application : '';
    const subject = subjectOf(event);
    const { channelId, resources } = subject;
    metrics.count(recovered ? 'recovered' : 'read', nodeName, app);

    const second = state.isSecondStart(event, channelId);
    state.observe(event, subject);
    if (second) return;
    if (!filter.passes(frame, resources, nodeName)) {
      metrics.count('filtered', nodeName, app);
      return;
    }
    const receivedAt = Date.now();
    const metadata: EventMetadata = {
      id: eventId(position),
      node: nodeName,
      ...position,
      ...(channelId !== undefined && { channelId, ...state.next(channelId) }),
      receivedAt: iso(receivedAt),
      ...(recovered && { recovered: true }),
    };
    const lane = `${nodeName}/${channelId ?? resources[0] ?? event.type}`;
    const entry = callEventEntry(frame, metadata, resources);
    this.#append(journalRecord({ id: metadata.id, node: nodeName, app, lane, type: event.type, receivedAt }, entry));
  }

  #announce<T extends ConnectorEventType>(type: T, detail: ConnectorEventMap[T]): void {
    const origin = { id: randomUUID(), node: detail.node, app: '', lane: detail.node, type, receivedAt: Date.now() };
    this.#append(journalRecord(origin, connectorEntry(type, detail)));
  }

  #append(record: JournalRecord): void {
    if (record.bytes > MAX_ENTRY_BYTES) {
      const reason = `an entry of EventBridge has at most ${MAX_ENTRY_BYTES} bytes, this one has ${record.bytes}`;
      this.#reject({ ...record, reason, content: record.entry.toString('utf8') });
    } else {
      this.#journal.append(record);
    }
  }

  #accepted(record: JournalRecord): void {
    this.#busProven();
    this.#options.metrics.published(record.node, record.app, Date.now() - record.receivedAt);
    this.#journal.settle(record);
    const node = this.#nodes.get(record.node);
    const count = node ? this.#tellDropped(node) : 0;
    if (count > 0) this.#announce('EventsDropped', { node: record.node, count, reason: NO_ROOM });
  }

  /** Says how many events of a node were dropped since it was said last. */
  #tellDropped(node: Node): number {
    const count = node.dropped;
    node.dropped = 0;
    if (count > 0) this.#log.error(`${count} events were dropped: ${NO_ROOM}`, { node: node.name, count });
    return count;
  }

  #drop(origin: RecordOrigin): void {
    this.#options.metrics.count('dropped', origin.node, origin.app);
    const node = this.#nodes.get(origin.node);
    if (!node) return;
    node.dropped += 1;
    if (node.dropped > 1) return;
    this.#log.error(
      'There is no more room for events to wait for EventBridge: they are dropped, those of low value first. JOURNAL_MAX_BYTES and MEMORY_MAX_BYTES set the room.',
      { node: origin.node, firstDropped: origin.id, type: origin.type, waiting: this.#journal.depth },
    );
  }

  #refused(record: JournalRecord, reason: string): void {
    this.#journal.settle(record);
    this.#reject({ ...record, reason, content: record.entry.toString('utf8') });
  }

  /** An event that reaches nobody becomes a dead letter, and is told of. News about news would never end. */
  #reject(rejected: { id: string; node: string; app: string; type?: string; reason: string; content: string }): void {
    const { id, node, app, type, reason, content } = rejected;
    const what = { node, id, ...(type !== undefined && { type }), reason };
    this.#options.metrics.count('rejected', node, app);
    this.#log.error(`An event was rejected: ${reason}`, { node, id, ...(type !== undefined && { type }) });
    this.#options.deadLetters.keep({ ...what, content });
    const isNews = content.startsWith(`{"Source":"${CONNECTOR_SOURCE}"`);
    if (!isNews) this.#announce('EventRejected', what);
  }

  /** Brings the state to where it was when an earlier process wrote the record. */
  #replay({ node, type, receivedAt, entry }: JournalRecord): void {
    const state = this.#nodes.get(node)?.state;
    if (!state) return;
    const { Source, Detail } = JSON.parse(entry.toString('utf8')) as { Source: string; Detail: string };
    const detail = JSON.parse(Detail);
    state.lastHeardAt = Math.max(state.lastHeardAt, receivedAt);
    if (Source === CALL_EVENT_SOURCE) {
      const { channelId, channelSequence, recovered } = detail.metadata as EventMetadata;
      state.observe(detail, subjectOf(detail));
      if (channelId !== undefined && channelSequence !== undefined) state.resume(channelId, channelSequence);
      if (channelId !== undefined && recovered && type === 'StasisStart') state.markRecovered(channelId);
    } else if (type === 'NodeConnected') {
      state.hold((detail as ConnectorEventMap['NodeConnected']).apps, receivedAt);
    } else if (type === 'StandingDown') {
      state.release([(detail as ConnectorEventMap['StandingDown']).app]);
    }
  }
}

/** The same for every redelivery of an event: where it stood on which connection. */
function eventId({ connection, sequence }: FramePosition): string {
  return `${connection}-${sequence}`;
}

let lastTime = Number.NaN;
let lastIso = '';

/** Many events share a millisecond. */
function iso(time: number): string {
  if (time !== lastTime) {
    lastTime = time;
    lastIso = new Date(time).toISOString();
  }
  return lastIso;
}
