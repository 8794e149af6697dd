import type { ConnectorEventMap } from '../lib/events/connector-event.ts';
import type { Log } from '../lib/log.ts';
import type { DeadLetters } from './dead-letters.ts';
import { type JournalRecord, type RecordOrigin, readRecord } from './journal/index.ts';
import type { Metrics } from './metrics.ts';

/** An event or news that the bus will never accept, with the reason. */
export interface Rejected extends Omit<RecordOrigin, 'lane' | 'type' | 'receivedAt'> {
  /** Absent where the frame has none. */
  type?: string;
  reason: string;
  /** The entry, or the frame that could not become one. */
  content: string;
}

const NO_ROOM = 'the journal had no room for them';
const ABANDONED = 'a connector was stopped that could not publish them';
const NOT_READABLE = 'a file of the journal was damaged, shortened or removed';

/** How much news is kept that found no room. */
const MAX_NEWS = 1000;

export interface LossesOptions {
  deadLetters: DeadLetters;
  metrics: Metrics;
  log: Log;
  announce<T extends 'EventRejected' | 'EventsDropped'>(type: T, detail: ConnectorEventMap[T]): void;
  /** Journals news again that found no room. */
  repeat(news: JournalRecord): void;
}

/** Handles lost events: counts, logs and announces them on the bus, and keeps a rejected one as a dead letter. */
export class Losses {
  readonly #options: LossesOptions;
  /** How many events were dropped and not announced yet, by node and reason. */
  readonly #dropped = new Map<string, Map<string, number>>();

  /** News that found no room: a gap that is not announced is a loss that nobody knows of. */
  #news: JournalRecord[] = [];

  constructor(options: LossesOptions) {
    this.#options = options;
  }

  /** Keeps a dead letter. Rejected news is not announced: its announcement could be rejected too, without end. */
  reject({ kind, id, node, app, type, reason, content }: Rejected): void {
    const { deadLetters, metrics, log, announce } = this.#options;
    const about = { node, id, ...(type !== undefined && { type }) };
    metrics.count('rejected', node, app);
    log.error(`An event was rejected: ${reason}`, about);
    deadLetters.keep({ ...about, reason, content });
    if (kind === 'event') announce('EventRejected', { ...about, reason });
  }

  /** Counts an event that was dropped because there was no room. It is announced when there is room again, and so is news. */
  drop(record: JournalRecord, waiting: number): void {
    // A copy: the line can be a part of a whole segment.
    const news = record.kind === 'news' && this.#news.length < MAX_NEWS && readRecord(Buffer.from(record.line));
    if (news) {
      this.#news.push(news);
      return;
    }
    const { id, node, app, type } = record;
    this.#options.metrics.count('dropped', node, app);
    if (this.#add(node, NO_ROOM, 1) > 1) return;
    this.#options.log.error(
      'The journal is full: events are dropped, those of low value first. JOURNAL_MAX_BYTES and MEMORY_MAX_BYTES set its size.',
      { node, firstDropped: id, type, waiting },
    );
  }

  /** Counts events that the journal can no longer read, and that nobody knows more of than their node. */
  lose(node: string, count: number): void {
    this.#options.metrics.count('dropped', node, '', count);
    this.#add(node, NOT_READABLE, count);
  }

  /** Counts events that this connector, when it is stopped, can neither publish nor hand over. */
  abandon(node: string, count: number): void {
    this.#options.metrics.count('dropped', node, '', count);
    this.#options.log.error(`${count} events were dropped: ${ABANDONED}`, { node, count });
  }

  /** How many events of each node were dropped and not announced yet. */
  get unannounced(): ReadonlyMap<string, number> {
    const sum = (counts: Iterable<number>): number => [...counts].reduce((a, b) => a + b, 0);
    return new Map([...this.#dropped].map(([node, counts]) => [node, sum(counts.values())]));
  }

  /** Announces events that another connector has abandoned, and counted. */
  announceAbandoned(node: string, count: number): void {
    this.#options.announce('EventsDropped', { node, count, reason: ABANDONED });
  }

  /** Announces how many events of a node were dropped since the last announcement. */
  announceDropped(node: string): void {
    for (const [reason, count] of this.#forget(node)) this.#options.announce('EventsDropped', { node, count, reason });
    if (this.#news.length === 0) return;
    const own = this.#news.filter((news) => news.node === node);
    this.#news = this.#news.filter((news) => news.node !== node);
    for (const news of own) this.#options.repeat(news);
  }

  /** The same for all nodes, of a connector that stops: what it cannot publish any more another one does. */
  announceAll(): void {
    const nodes = new Set([...this.#dropped.keys(), ...this.#news.map(({ node }) => node)]);
    for (const node of nodes) this.announceDropped(node);
  }

  /** Ends and logs the count when the connector stops. @returns how many events and news of all nodes are not announced */
  close(): number {
    const counts = [...this.#dropped.keys()].flatMap((node) => [...this.#forget(node).values()]);
    return counts.reduce((a, b) => a + b, this.#news.splice(0).length);
  }

  #add(node: string, reason: string, count: number): number {
    const ofNode = this.#dropped.get(node) ?? new Map<string, number>();
    this.#dropped.set(node, ofNode);
    ofNode.set(reason, (ofNode.get(reason) ?? 0) + count);
    return ofNode.get(reason) ?? 0;
  }

  #forget(node: string): ReadonlyMap<string, number> {
    const dropped = this.#dropped.get(node) ?? new Map<string, number>();
    this.#dropped.delete(node);
    for (const [reason, count] of dropped) {
      this.#options.log.error(`${count} events were dropped: ${reason}`, { node, count });
    }
    return dropped;
  }
}
