import { Backoff, type BackoffBounds } from './backoff.ts';
import type { EventBus, PutOutcome } from './event-bus.ts';
import { Fifo } from './fifo.ts';
import type { Arrival, JournalRecord } from './journal/index.ts';
import { Pace } from './pace.ts';
import { ReadyLanes } from './ready-lanes.ts';
import { Suspects } from './suspects.ts';

/** How long to wait before the next request to a bus that could not be reached. */
const UNAVAILABLE_BACKOFF: BackoffBounds = { baseMs: 100, capMs: 5000 };
/** How long to wait before an entry is sent again that failed alone. */
const ENTRY_BACKOFF: BackoffBounds = { baseMs: 50, capMs: 5000 };
/**
 * One request in this many begins with the backlog, so that neither the backlog nor live records starve. An odd number:
 * requests with one record alone and others can alternate.
 */
const BACKLOG_TURN = 5;
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
  node: string;
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
 * Publishes records: at once when idle, in fuller requests under load. Nodes take turns. A lane is in at most one request
 * at a time, so that no request can overtake another with the same channel. A record that the bus may accept later waits
 * at the head of its lane, without a limit of time.
 *
 * The number of requests in flight follows what the bus accepts, up to `concurrency`. A bus that cannot be reached gets one
 * request at a time. A record that was in two failed requests is sent alone; one that the bus fails at again and again,
 * and at no other record, is rejected.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  /** Every lane that has records waiting or in flight. */
  readonly #lanes = new Map<string, Lane>();
  readonly #ready = new ReadyLanes<Lane>();
  /** Lanes whose next record is to be sent alone. */
  readonly #alone = new ReadyLanes<Lane>();
  readonly #suspects = new Suspects();
  readonly #backoff: Backoff;
  readonly #pace: Pace;
  #inFlight = 0;
  #requests = 0;
  /** Whether the last request had one record, sent alone. */
  #lastAlone = false;
  /** Requests since an entry last failed alone. */
  #requestsSinceFailure = TRUST_AFTER;
  /** Requests in a row that did not reach the bus. */
  #failedInARow = 0;
  /** How often the bus could not be reached. */
  #outage = 0;
  #pumping = false;
  #pause: NodeJS.Timeout | undefined;
  /** The pause follows the failure of a record that was sent alone: it says little about the bus. */
  #pauseIsShort = false;
  #stalled: string | undefined;
  #stopped = false;
  #whenIdle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#pace = new Pace(options.concurrency, options.backoff);
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
    const opened: Lane = { name: record.lane, node: record.node, waiting: new Fifo(), arrival, backoff: undefined };
    opened.waiting.push(record);
    this.#lanes.set(record.lane, opened);
    this.#ready.push(opened);
    this.#pumpSoon();
  }

  /** Sends nothing more; requests in flight end. */
  stop(): void {
    this.#stopped = true;
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
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#pauseIsShort && !this.#ready.isEmpty) this.#resumeSending();
    while (
      !this.#stopped &&
      this.#pause === undefined &&
      this.#inFlight < this.#pace.concurrency &&
      !(this.#ready.isEmpty && this.#alone.isEmpty)
    ) {
      void this.#send(this.#takeRequest());
    }
  }

  #takeRequest(): Share[] {
    this.#requests += 1;
    const first = this.#requests % BACKLOG_TURN === 0 ? 'backlog' : 'live';
    this.#lastAlone = !this.#alone.isEmpty && (this.#ready.isEmpty || !this.#lastAlone);
    const lane = this.#lastAlone ? this.#alone.take(first) : undefined;
    return lane ? [{ lane, records: [lane.waiting.shift() as JournalRecord] }] : this.#takeShares(first);
  }

  /** One record of each ready lane, as far as the request has room; then more records of the same lanes. */
  #takeShares(first: Arrival): Share[] {
    const shares: Share[] = [];
    const { requestEntries, requestBytes } = this.#options.bus.limits;
    // To a bus that cannot be reached, one record is as good as many.
    const room = { entries: this.#stalled === undefined ? requestEntries : 1, bytes: requestBytes };
    for (
      let lane = this.#ready.peek(first);
      lane && fits(lane, room, shares.length === 0);
      lane = this.#ready.peek(first)
    ) {
      this.#ready.take(first);
      shares.push({ lane, records: [takeFrom(lane, room)] });
    }
    // While entries fail alone, the bus could accept a second one of a lane and not the first.
    if (this.#requestsSinceFailure < TRUST_AFTER) return shares;
    for (let more = true; more; ) {
      more = false;
      for (const { lane, records } of shares) {
        const next = lane.waiting.peek();
        if (!next || this.#suspects.has(next) || !fits(lane, room, false)) continue;
        records.push(takeFrom(lane, room));
        more = true;
      }
    }
    return shares;
  }

  async #send(shares: Share[]): Promise<void> {
    this.#inFlight += 1;
    const outage = this.#outage;
    const began = Date.now();
    const records = shares.flatMap((share) => share.records);
    const wasAlone = this.#lastAlone;
    const outcomes = await this.#options.bus.put(records.map(({ entry }) => entry));
    this.#inFlight -= 1;

    if (outcomes.some(({ status }) => status === 'accepted')) this.#suspects.note('accepted');
    else if (outcomes.every(({ status }) => status === 'unavailable')) this.#suspects.note('failed');
    // The other nodes come first in the next request.
    const served = new Set(records.filter((_, i) => outcomes[i]?.status === 'accepted').map(({ node }) => node));
    let index = 0;
    const first: Lane[] = [];
    for (const share of shares) {
      const own = outcomes.slice(index, index + share.records.length);
      if (this.#conclude(share, own, records.length === 1)) first.push(share.lane);
      index += share.records.length;
    }
    for (const lanes of [this.#ready, this.#alone]) {
      lanes.putBack(
        first.filter((lane) => this.#lanesOf(lane) === lanes),
        (node) => !served.has(node),
      );
    }
    const isBlamed = wasAlone && this.#suspects.isBlamed(records[0] as JournalRecord);
    if (!isBlamed) this.#adapt(outcomes, outage, Math.max(0, Date.now() - began), wasAlone);
    this.#pump();
    if (this.#lanes.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /**
   * Reports final outcomes, and puts the other records back at the head of their lane.
   *
   * @returns whether the lane comes before others of its node, as its record has waited already; else it is where it belongs
   */
  #conclude({ lane, records }: Share, outcomes: PutOutcome[], isAlone: boolean): boolean {
    const again: JournalRecord[] = [];
    let delayed = false;
    for (const [index, record] of records.entries()) {
      const outcome = outcomes[index] as PutOutcome;
      if (outcome.status === 'accepted') {
        this.#suspects.forget(record);
        this.#options.onAccepted(record);
      } else if (outcome.status === 'rejected') this.#reject(record, outcome.reason);
      else if (outcome.status === 'unavailable' && this.#suspects.failed(record, isAlone)) {
        this.#reject(record, `each request with this entry fails, and others do not: ${outcome.reason}`);
      } else {
        this.#options.onRetry(record);
        again.push(record);
        delayed ||= outcome.status === 'failed' || this.#suspects.isBlamed(record);
      }
    }
    for (const record of again.reverse()) lane.waiting.unshift(record);
    if (!delayed) {
      lane.backoff = undefined;
      if (again.length > 0 && this.#stalled === undefined) return true;
      this.#resume(lane);
    } else {
      lane.backoff ??= new Backoff(this.#options.backoff ?? ENTRY_BACKOFF);
      setTimeout(() => {
        this.#resume(lane);
        this.#pump();
      }, lane.backoff.next());
    }
    return false;
  }

  #reject(record: JournalRecord, reason: string): void {
    this.#suspects.forget(record);
    this.#options.onRejected(record, reason);
  }

  /** Puts the lane behind others of its node, if it has more records. */
  #resume(lane: Lane): void {
    if (lane.waiting.length === 0) this.#lanes.delete(lane.name);
    else this.#lanesOf(lane).push(lane);
  }

  /** Where a lane waits that has a record. */
  #lanesOf(lane: Lane): ReadyLanes<Lane> {
    const next = lane.waiting.peek();
    return next && this.#suspects.has(next) ? this.#alone : this.#ready;
  }

  #adapt(outcomes: PutOutcome[], outage: number, tookMs: number, wasAlone: boolean): void {
    const unavailable = outcomes.find((outcome) => outcome.status === 'unavailable');
    if (unavailable?.status === 'unavailable') {
      this.#failedInARow += 1;
      // One failure may be a connection that the bus had closed, or a single bad answer: send again at once.
      if (this.#failedInARow > 1) this.#stall(unavailable.reason, wasAlone);
      return;
    }
    const isBad = outcomes.some(({ status }) => status === 'failed' || status === 'throttled');
    this.#requestsSinceFailure = isBad ? 0 : this.#requestsSinceFailure + 1;
    const throttled = outcomes.filter(({ status }) => status === 'throttled').length;
    const pauseMs = this.#pace.answered(throttled, outcomes.length, tookMs);
    if (pauseMs > 0) this.#stopSending(pauseMs);
    // A request that was sent before the outage does not show that the bus can be reached again.
    if (outage !== this.#outage) return;
    this.#failedInARow = 0;
    this.#backoff.reset();
    if (this.#stalled === undefined) return;
    this.#stalled = undefined;
    this.#options.onRecovered();
  }

  #stall(reason: string, wasAlone: boolean): void {
    if (this.#stalled === undefined) this.#options.onStalled(reason);
    this.#stalled = reason;
    this.#outage += 1;
    this.#pace.restart();
    if (this.#pause !== undefined) return;
    this.#stopSending(this.#backoff.next());
    this.#pauseIsShort = wasAlone;
  }

  #stopSending(ms: number): void {
    this.#pause ??= setTimeout(() => {
      this.#resumeSending();
      this.#pump();
    }, ms);
  }

  #resumeSending(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#pauseIsShort = false;
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
