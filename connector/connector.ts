import { randomUUID } from 'node:crypto';
import type { CredentialsProvider } from '../lib/ari/credentials.ts';
import type { AriNode, AriNodeWithSecret } from '../lib/ari/node.ts';
import { type ConnectorEventMap, type ConnectorEventType, connectorEntry } from '../lib/events/connector-event.ts';
import { type AriFrame, type BusEntry, CALL_EVENT_SOURCE, callEventEntry, entrySize } from '../lib/events/entry.ts';
import { subjectOf } from '../lib/events/subject.ts';
import type { Log } from '../lib/log.ts';
import type { BackoffBounds } from './backoff.ts';
import { ChannelIndex } from './channel-index.ts';
import type { EventBus } from './event-bus.ts';
import { Journal, type JournalRecord } from './journal.ts';
import { type FramePosition, NodeLink } from './node-link.ts';
import { Publisher } from './publisher.ts';

export interface ConnectorOptions {
  nodes: readonly AriNodeWithSecret[];
  credentialsOf(secretId: string): CredentialsProvider;
  bus: EventBus;
  log: Log;
  journalMaxBytes: number;
  putEventsMaxBytes: number;
  putEventsConcurrency: number;
  /** Delays between attempts to connect. @default { baseMs: 500, capMs: 30000 } */
  reconnect?: BackoffBounds;
}

/** How the connector is, for `/readyz`. */
export interface ConnectorStatus {
  ready: boolean;
  /** `connected`, or why not, by node. */
  nodes: Record<string, string>;
  /** `accepting`, or why EventBridge takes nothing for now. */
  bus: string;
  /** Events that wait for EventBridge. */
  waiting: number;
}

/** The way of an event: link → entry → journal → publisher → bus. */
export class Connector {
  readonly #log: Log;
  readonly #links: Map<string, NodeLink>;
  readonly #channels: Map<string, ChannelIndex>;
  readonly #journal: Journal;
  readonly #publisher: Publisher;
  /** Events that found the journal full, by node, not yet announced. */
  readonly #dropped = new Map<string, number>();

  constructor({ nodes, credentialsOf, bus, log, reconnect, ...limits }: ConnectorOptions) {
    this.#log = log;
    this.#journal = new Journal(limits.journalMaxBytes);
    this.#channels = new Map(nodes.map(({ name }) => [name, new ChannelIndex()]));
    this.#publisher = new Publisher({
      bus,
      maxBytes: limits.putEventsMaxBytes,
      concurrency: limits.putEventsConcurrency,
      onAccepted: (record) => this.#accepted(record),
      onRejected: (record, reason) => this.#refused(record, reason),
      onStalled: (reason) =>
        log.warn(`EventBridge takes no events: ${reason}. They wait and are sent again.`, {
          waiting: this.#journal.depth,
        }),
      onRecovered: () => log.info('EventBridge takes events again', { waiting: this.#journal.depth }),
    });
    const listener = {
      connected: (node: AriNode, apps: string[], connection: string) =>
        this.#announce('NodeConnected', { node: node.name, apps, connection }),
      disconnected: (node: AriNode, apps: string[], connection: string, reason: string) =>
        this.#announce('NodeDisconnected', { node: node.name, apps, connection, reason }),
      standingDown: (node: AriNode, app: string, connection: string) =>
        this.#announce('StandingDown', { node: node.name, app, connection }),
      event: (node: AriNode, frame: AriFrame, position: FramePosition) => this.#forward(node, frame, position),
      rejected: (node: AriNode, reason: string, position: FramePosition) =>
        this.#reject(node.name, eventId(position), reason),
    };
    this.#links = new Map(
      nodes.map((node) => {
        const credentials = credentialsOf(node.secretId);
        return [
          node.name,
          new NodeLink({ node, credentials, listener, log, ...(reconnect && { backoff: reconnect }) }),
        ];
      }),
    );
  }

  start(): void {
    for (const link of this.#links.values()) link.start();
  }

  get status(): ConnectorStatus {
    const reasons = [...this.#links].map(([name, link]) => [name, link.notReady] as const);
    return {
      ready: reasons.every(([, reason]) => reason === undefined) && this.#publisher.stalled === undefined,
      nodes: Object.fromEntries(reasons.map(([name, reason]) => [name, reason ?? 'connected'])),
      bus: this.#publisher.stalled ?? 'accepting',
      waiting: this.#journal.depth,
    };
  }

  /**
   * Stops listening and publishes what was read.
   *
   * @returns how many events were left unpublished when `limitMs` was over.
   */
  async stop(limitMs: number): Promise<number> {
    for (const link of this.#links.values()) link.stop();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs);
    });
    await Promise.race([this.#publisher.idle(), limit]);
    clearTimeout(timer);
    return this.#journal.depth;
  }

  #forward(node: AriNode, frame: AriFrame, position: FramePosition): void {
    const { channelId, callId, resources } = subjectOf(frame.event);
    const metadata = {
      id: eventId(position),
      node: node.name,
      ...position,
      ...(channelId !== undefined && { channelId, ...this.#channels.get(node.name)?.next(channelId, callId) }),
      receivedAt: new Date().toISOString(),
    };
    const lane = `${node.name}/${channelId ?? resources[0] ?? ''}`;
    this.#append({ id: metadata.id, node: node.name, lane }, callEventEntry(frame, metadata, resources));
  }

  #announce<T extends ConnectorEventType>(type: T, detail: ConnectorEventMap[T]): boolean {
    return this.#append({ id: randomUUID(), node: detail.node, lane: detail.node }, connectorEntry(type, detail));
  }

  #append(origin: { id: string; node: string; lane: string }, entry: BusEntry): boolean {
    const record: JournalRecord = { ...origin, entry, bytes: entrySize(entry) };
    if (!this.#journal.append(record)) {
      this.#drop(record);
      return false;
    }
    this.#publisher.submit(record);
    return true;
  }

  #accepted(record: JournalRecord): void {
    this.#journal.settle(record);
    const count = this.#dropped.get(record.node);
    if (count === undefined) return;
    this.#dropped.delete(record.node);
    const reason = 'the journal was full';
    this.#log.error(`${count} events were dropped: ${reason}`, { node: record.node, count });
    this.#announce('EventsDropped', { node: record.node, count, reason });
  }

  #drop(record: JournalRecord): void {
    const before = this.#dropped.get(record.node) ?? 0;
    this.#dropped.set(record.node, before + 1);
    if (before > 0) return;
    this.#log.error(
      'The journal is full: events are dropped until EventBridge takes some. JOURNAL_MAX_BYTES sets its size.',
      {
        node: record.node,
        firstDropped: record.id,
        waiting: this.#journal.depth,
      },
    );
  }

  #refused(record: JournalRecord, reason: string): void {
    this.#journal.settle(record);
    this.#reject(record.node, record.id, reason, record.entry);
  }

  /** The event reaches nobody: said in the log, and on the bus unless it is the connector's own news. */
  #reject(node: string, id: string, reason: string, entry?: BusEntry): void {
    const type = entry?.DetailType;
    this.#log.error(`An event was rejected: ${reason}`, { node, id, type });
    if (entry !== undefined && entry.Source !== CALL_EVENT_SOURCE) return;
    this.#announce('EventRejected', { node, id, reason, ...(type !== undefined && { type }) });
  }
}

/** The same on every redelivery, and never that of another event. */
function eventId({ connection, sequence }: FramePosition): string {
  return `${connection}-${sequence}`;
}
