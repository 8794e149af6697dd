import { Backoff, type BackoffBounds } from './backoff.ts';
import type { EventBus, PutOutcome } from './event-bus.ts';
import { Fifo } from './fifo.ts';
import type { Arrival, JournalRecord } from './journal/index.ts';

/** How long to wait before the next request to a bus that could not be reached. */
const UNAVAILABLE_BACKOFF: BackoffBounds = { baseMs: 100, capMs: 5000 };
/** How long to wait before an entry is sent again that was throttled, or that failed alone. */
const ENTRY_BACKOFF: BackoffBounds = { baseMs: 50, capMs: 5000 };
/** One request in this many begins with the backlog, so that neither the backlog nor live records starve. */
const BACKLOG_TURN = 4;
/** After this many requests without a failed entry, records of one lane share requests again. */
const TRUST_AFTER = 50;

export interface PublisherOptions {
  bus: EventBus;
  /** Requests in flight at the most. */
  concurrency: number;
  onAccepted(record: JournalRecord): void;
  /** The bus will never accept the record. */
  onRejected(record: JournalRecord, reason: string): void;
  /** The record will be sent again. */
  onRetry(record: JournalRecord): void;
  /** The bus cannot be reached; called once when that begins. */
  onStalled(reason: string): void;
  /** The bus accepts records again. */
  onRecovered(): void;
  /** Bounds of the waits, in milliseconds. @default { baseMs: 100, capMs: 5000 } */
  backoff?: BackoffBounds;
}

/** Records that must keep their order: those of one channel. In flight, ready, or waiting to be sent again. */
interface Lane {
  name: string;
  waiting: Fifo<JournalRecord>;
  arrival: Arrival;
  backoff: Backoff | undefined;
}

/** A lane's part of a request. */
interface Share {
  lane: Lane;
  records: JournalRecord[];
}

/**
 * Publishes records: at once when idle, in fuller requests under load. A lane is in at most one request at a time, so
 * that no request can overtake another with the same channel. A record that the bus may accept later waits at the head of
 * its lane, without a limit of time.
 *
 * The number of requests in flight follows what the bus accepts: each throttled entry lowers it, each request without a
 * failed entry raises it a little, up to `concurrency`. A bus that cannot be reached gets one request at a time.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  /** Every lane that has records waiting or in flight. */
  readonly #lanes = new Map<string, Lane>();
  /** Lanes whose next record may be sent, by where their first record came from. */
  readonly #ready = { live: new Fifo<Lane>(), backlog: new Fifo<Lane>() };
  readonly #backoff: Backoff;
  #limit: number;
  #inFlight = 0;
  #requests = 0;
  /** Requests since an entry last failed alone. */
  #requestsSinceFailure = TRUST_AFTER;
  /** Requests in a row that did not reach the bus. */
  #failedInARow = 0;
  /** How often the bus could not be reached. */
  #outage = 0;
  #pumping = false;
  #pause: NodeJS.Timeout | undefined;
  #stalled: string | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#limit = options.concurrency;
    this.#backoff = new Backoff(options.backoff ?? UNAVAILABLE_BACKOFF);
  }

  /** Why the bus cannot be reached; undefined while it can. */
  get stalled(): string | undefined {
    return this.#stalled;
  }

  submit(record: JournalRecord, arrival: Arrival = 'live'): void {
    const lane = this.#lanes.get(record.lane);
    if (lane) {
      lane.waiting.push(record);
      return;
    }
    const opened: Lane = { name: record.lane, waiting: new Fifo(), arrival, backoff: undefined };
    opened.waiting.push(record);
    this.#lanes.set(record.lane, opened);
    this.#ready[arrival].push(opened);
    this.#pumpSoon();
  }

  /** Resolves when nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Sends at the end of this turn of the event loop, when all records of the turn are here: one request takes many. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const { live, backlog } = this.#ready;
    while (this.#pause === undefined && this.#inFlight < Math.floor(this.#limit) && live.length + backlog.length > 0) {
      void this.#send(this.#takeRequest());
    }
  }

  /** One record of each ready lane, as far as the request has room; then more records of the same lanes. */
  #takeRequest(): Share[] {
    this.#requests += 1;
    const shares: Share[] = [];
    const { requestEntries, requestBytes } = this.#options.bus.limits;
    const room = { entries: requestEntries, bytes: requestBytes };
    const { live, backlog } = this.#ready;
    for (const ready of this.#requests % BACKLOG_TURN === 0 ? [backlog, live] : [live, backlog]) {
      for (let lane = ready.peek(); lane && fits(lane, room, shares.length === 0); lane = ready.peek()) {
        ready.shift();
        shares.push({ lane, records: [takeFrom(lane, room)] });
      }
    }
    // While entries fail alone, the bus could accept a second one of a lane and not the first.
    if (this.#requestsSinceFailure < TRUST_AFTER) return shares;
    for (let more = true; more; ) {
      more = false;
      for (const { lane, records } of shares) {
        if (lane.waiting.length === 0 || !fits(lane, room, false)) continue;
        records.push(takeFrom(lane, room));
        more = true;
      }
    }
    return shares;
  }

  async #send(shares: Share[]): Promise<void> {
    this.#inFlight += 1;
    const outage = this.#outage;
    const records = shares.flatMap((share) => share.records);
    const outcomes = await this.#options.bus.put(records.map(({ entry }) => entry));
    this.#inFlight -= 1;

    let index = 0;
    for (const share of shares) {
      this.#conclude(share, outcomes.slice(index, index + share.records.length));
      index += share.records.length;
    }
    this.#adapt(outcomes, outage);
    this.#pump();
    if (this.#lanes.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Reports final outcomes, and puts the other records back at the head of their lane. */
  #conclude({ lane, records }: Share, outcomes: PutOutcome[]): void {
    const again: JournalRecord[] = [];
    let delayed = false;
    for (const [index, record] of records.entries()) {
      const outcome = outcomes[index] as PutOutcome;
      if (outcome.status === 'accepted') this.#options.onAccepted(record);
      else if (outcome.status === 'rejected') this.#options.onRejected(record, outcome.reason);
      else {
        this.#options.onRetry(record);
        again.push(record);
        delayed ||= outcome.status !== 'unavailable';
      }
    }
    for (const record of again.reverse()) lane.waiting.unshift(record);
    if (!delayed) {
      lane.backoff = undefined;
      this.#resume(lane);
    } else {
      lane.backoff ??= new Backoff(this.#options.backoff ?? ENTRY_BACKOFF);
      setTimeout(() => {
        this.#resume(lane);
        this.#pump();
      }, lane.backoff.next());
    }
  }

  #resume(lane: Lane): void {
    if (lane.waiting.length > 0) this.#ready[lane.arrival].push(lane);
    else this.#lanes.delete(lane.name);
  }

  #adapt(outcomes: PutOutcome[], outage: number): void {
    const { concurrency } = this.#options;
    const bad = outcomes.filter(({ status }) => status !== 'accepted' && status !== 'rejected');
    const unavailable = bad.find((outcome) => outcome.status === 'unavailable');
    if (unavailable?.status === 'unavailable') {
      this.#failedInARow += 1;
      // One failure may be a connection that the bus had closed, or a single bad answer: send again at once.
      if (this.#failedInARow > 1) this.#stall(unavailable.reason);
      return;
    }
    this.#requestsSinceFailure = bad.length > 0 ? 0 : this.#requestsSinceFailure + 1;
    if (bad.length > 0) this.#limit = Math.max(1, this.#limit * (1 - bad.length / outcomes.length / 4));
    else this.#limit = Math.min(concurrency, this.#limit + 1 / this.#limit);
    // A request that was sent before the outage does not show that the bus can be reached again.
    if (outage !== this.#outage) return;
    this.#failedInARow = 0;
    this.#backoff.reset();
    if (this.#stalled === undefined) return;
    this.#stalled = undefined;
    this.#options.onRecovered();
  }

  #stall(reason: string): void {
    if (this.#stalled === undefined) this.#options.onStalled(reason);
    this.#stalled = reason;
    this.#outage += 1;
    this.#limit = 1;
    if (this.#pause !== undefined) return;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#pump();
    }, this.#backoff.next());
  }
}

interface Room {
  entries: number;
  bytes: number;
}

/** A record that is larger than a whole request is sent alone. */
function fits(lane: Lane, room: Room, first: boolean): boolean {
  if (first) return true;
  const record = lane.waiting.peek() as JournalRecord;
  return room.entries > 0 && record.bytes <= room.bytes;
}

function takeFrom(lane: Lane, room: Room): JournalRecord {
  const record = lane.waiting.shift() as JournalRecord;
  room.entries -= 1;
  room.bytes -= record.bytes;
  return record;
}
