import { Backoff, type BackoffBounds } from './backoff.ts';
import type { EventBus, PutOutcome } from './event-bus.ts';
import type { JournalRecord } from './journal.ts';

/** PutEvents takes 1 to 10 entries. */
const MAX_ENTRIES = 10;
const BACKOFF: BackoffBounds = { baseMs: 100, capMs: 10_000 };

export interface PublisherOptions {
  bus: EventBus;
  /** Size of one request, in bytes by AWS's formula. */
  maxBytes: number;
  /** Requests in flight. */
  concurrency: number;
  onAccepted(record: JournalRecord): void;
  /** The record is refused for good: it will reach nobody. */
  onRejected(record: JournalRecord, reason: string): void;
  /** EventBridge does not take entries for now; called once when that begins. */
  onStalled(reason: string): void;
  /** It takes them again. */
  onRecovered(): void;
  /** @default { baseMs: 100, capMs: 10000 } */
  backoff?: BackoffBounds;
}

/** Records that must keep their order: those of one channel. */
interface Lane {
  name: string;
  waiting: JournalRecord[];
}

/**
 * Publishes records: at once when idle, in fuller requests under load. A lane travels in at most one request at a
 * time, so that no request can overtake another with the same channel. What is worth trying again waits at the
 * head of its lane, for ever.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  /** Every lane that has records waiting or in flight. */
  readonly #lanes = new Map<string, Lane>();
  /** Those with records waiting and none in flight, in the order in which they became so. */
  #ready: Lane[] = [];
  readonly #backoff: Backoff;
  #inFlight = 0;
  #pause: NodeJS.Timeout | undefined;
  #stalled: string | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff ?? BACKOFF);
  }

  /** Why EventBridge takes nothing for now, `undefined` while it does. */
  get stalled(): string | undefined {
    return this.#stalled;
  }

  submit(record: JournalRecord): void {
    const lane = this.#lanes.get(record.lane);
    if (lane) {
      lane.waiting.push(record);
    } else {
      const opened = { name: record.lane, waiting: [record] };
      this.#lanes.set(record.lane, opened);
      this.#ready.push(opened);
    }
    this.#pump();
  }

  /** Resolves when nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #pump(): void {
    while (this.#pause === undefined && this.#inFlight < this.#options.concurrency && this.#ready.length > 0) {
      void this.#send(this.#takeBatch());
    }
  }

  /** Takes lanes from the head of the ready ones, each as far as the request has room. */
  #takeBatch(): Map<Lane, JournalRecord[]> {
    const batch = new Map<Lane, JournalRecord[]>();
    let entries = 0;
    let bytes = 0;
    let taken = 0;
    for (const lane of this.#ready) {
      let count = 0;
      for (const record of lane.waiting) {
        // A first record is taken whatever its size: EventBridge itself says whether it is too large.
        if (entries === MAX_ENTRIES || (entries > 0 && bytes + record.bytes > this.#options.maxBytes)) break;
        entries += 1;
        bytes += record.bytes;
        count += 1;
      }
      if (count === 0) break;
      batch.set(lane, lane.waiting.splice(0, count));
      taken += 1;
    }
    this.#ready = this.#ready.slice(taken);
    return batch;
  }

  async #send(batch: Map<Lane, JournalRecord[]>): Promise<void> {
    this.#inFlight += 1;
    const outcomes = await this.#options.bus.put([...batch.values()].flat().map((record) => record.entry));
    this.#inFlight -= 1;

    let index = 0;
    let retryReason: string | undefined;
    for (const [lane, records] of batch) {
      const again: JournalRecord[] = [];
      for (const record of records) {
        const outcome = outcomes[index++] as PutOutcome;
        if (outcome.status === 'accepted') this.#options.onAccepted(record);
        else if (outcome.status === 'rejected') this.#options.onRejected(record, outcome.reason);
        else {
          again.push(record);
          retryReason = outcome.reason;
        }
      }
      lane.waiting.unshift(...again);
      if (lane.waiting.length > 0) this.#ready.push(lane);
      else this.#lanes.delete(lane.name);
    }
    if (retryReason === undefined) this.#succeeded();
    else this.#slowDown(retryReason);
    this.#pump();
    if (this.#lanes.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #succeeded(): void {
    this.#backoff.reset();
    if (this.#stalled === undefined) return;
    this.#stalled = undefined;
    this.#options.onRecovered();
  }

  #slowDown(reason: string): void {
    if (this.#stalled === undefined) this.#options.onStalled(reason);
    this.#stalled = reason;
    if (this.#pause !== undefined) return;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#pump();
    }, this.#backoff.next());
  }
}
