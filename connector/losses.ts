import type { ConnectorEventMap } from '../lib/events/connector-event.ts';
import type { Log } from '../lib/log.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { RecordOrigin } from './journal/index.ts';
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

export interface LossesOptions {
  deadLetters: DeadLetters;
  metrics: Metrics;
  log: Log;
  announce<T extends 'EventRejected' | 'EventsDropped'>(type: T, detail: ConnectorEventMap[T]): void;
}

/** Handles lost events: counts, logs and announces them on the bus, and keeps a rejected one as a dead letter. */
export class Losses {
  readonly #options: LossesOptions;
  /** How many events were dropped and not announced yet, by node. */
  readonly #dropped = new Map<string, number>();

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

  /** Counts an event that was dropped because there was no room. It is announced when there is room again. */
  drop({ id, node, app, type }: RecordOrigin, waiting: number): void {
    const { metrics, log } = this.#options;
    metrics.count('dropped', node, app);
    const count = (this.#dropped.get(node) ?? 0) + 1;
    this.#dropped.set(node, count);
    if (count > 1) return;
    log.error(
      'The journal is full: events are dropped, those of low value first. JOURNAL_MAX_BYTES and MEMORY_MAX_BYTES set its size.',
      { node, firstDropped: id, type, waiting },
    );
  }

  /** Announces how many events of a node were dropped since the last announcement. */
  announceDropped(node: string): void {
    const count = this.#forget(node);
    if (count > 0) this.#options.announce('EventsDropped', { node, count, reason: NO_ROOM });
  }

  /** Ends and logs the count when the connector stops. @returns how many events of all nodes are not announced */
  close(): number {
    return [...this.#dropped.keys()].reduce((sum, node) => sum + this.#forget(node), 0);
  }

  #forget(node: string): number {
    const count = this.#dropped.get(node) ?? 0;
    this.#dropped.delete(node);
    if (count > 0) this.#options.log.error(`${count} events were dropped: ${NO_ROOM}`, { node, count });
    return count;
  }
}
