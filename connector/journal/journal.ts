import { JournalDisk, type JournalDiskOptions, type JournalHistory } from './disk.ts';
import type { JournalRecord, RecordOrigin } from './record.ts';

/** Where a record comes from: just read from Asterisk, or from the disk, where it waited. */
export type Arrival = 'live' | 'backlog';

export interface JournalOptions extends Omit<JournalDiskOptions, 'onDropped'> {
  /** How much may be in memory, in bytes: given to `onRecord` and not settled. Half of it is for the backlog. */
  windowBytes: number;
  /** A record that may be published now. */
  onRecord(record: JournalRecord, arrival: Arrival): void;
  /** There was no room: the record is lost. */
  onDropped(origin: RecordOrigin): void;
}

/**
 * Events that were read and that the bus has not accepted yet. They are on local disk before they are published, in one
 * write for all events of one turn of the event loop. Records that fit in memory are given to `onRecord` at once; the
 * others are read back in their order when there is room. Later records of a lane wait behind those that are on disk
 * only.
 *
 * While the disk cannot be written, records pass through memory up to its bound.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #disk: JournalDisk;
  #unwritten: JournalRecord[] = [];
  #unwrittenBytes = 0;
  #flushing = false;
  #whenIdle: (() => void)[] = [];
  /** How many records of a lane are on disk only. */
  readonly #behind = new Map<string, number>();
  /** Records that are not on disk, and wait behind those of their lane that are on disk only. */
  readonly #parked = new Map<string, JournalRecord[]>();
  /** Records that were given to `onRecord` and are not settled, the oldest first. */
  readonly #window = new Set<JournalRecord>();
  #windowBytes = 0;
  #closed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#disk = new JournalDisk({
      ...options,
      onDropped: (record) => {
        this.#forgetBehind(record.lane);
        options.onDropped(record);
      },
    });
  }

  /** Reads what an earlier process left; `resume` gives its records to `onRecord`. */
  open(): JournalHistory {
    return this.#disk.open(({ lane }) => this.#leaveBehind(lane));
  }

  /** Begins a new segment with the current state, for a process that starts on this folder later. */
  checkpoint(): void {
    // The records behind the state are written first: a process that ends in between loses none of them.
    this.#flush();
    if (!this.#closed) this.#disk.checkpoint();
  }

  /** Resolves when every record is settled. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Gives the records that an earlier process left to `onRecord`. */
  resume(): void {
    this.#refill();
  }

  /** Why the disk cannot be written; undefined while it can. */
  get fault(): string | undefined {
    return this.#disk.fault;
  }

  /** Records that are not settled. */
  get depth(): number {
    return this.#unwritten.length + this.#window.size + this.#disk.waiting;
  }

  /** Bytes on disk, with settled records that are not removed yet. */
  get bytes(): number {
    return this.#disk.bytes;
  }

  /** When the oldest record that is not settled was read, in epoch milliseconds. */
  get oldest(): number | undefined {
    let oldest = Number.POSITIVE_INFINITY;
    // A record that is on disk only was read later than those of the backlog in the window.
    for (const { receivedAt } of this.#window) if (receivedAt < oldest) oldest = receivedAt;
    return Number.isFinite(oldest) ? oldest : undefined;
  }

  /** Takes a record, and gives it to `onRecord` when it is written. */
  append(record: JournalRecord): void {
    this.#unwritten.push(record);
    this.#unwrittenBytes += record.line.length;
    this.#flushSoon();
  }

  /** The bus has accepted the record, or will never accept it. */
  settle(record: JournalRecord): void {
    if (!this.#window.delete(record)) return;
    this.#windowBytes -= record.line.length;
    this.#disk.settle(record);
    this.#flushSoon();
  }

  /** Writes the remaining records, then the state, and closes the files. */
  close(): void {
    this.checkpoint();
    this.#closed = true;
    this.#disk.close();
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    const records = this.#unwritten;
    const bytes = this.#unwrittenBytes;
    this.#unwritten = [];
    this.#unwrittenBytes = 0;
    this.#disk.noteSettled();
    if (records.length > 0) this.#disk.write(records, bytes);
    for (const record of records) this.#admit(record);
    if (this.#behind.size > 0) this.#refill();
    if (this.#isIdle()) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #isIdle(): boolean {
    return this.#unwritten.length === 0 && this.#window.size === 0 && this.#behind.size === 0;
  }

  /** Gives a record to `onRecord`, or leaves it on disk, or drops it where it is not on disk either. */
  #admit(record: JournalRecord): void {
    const room = this.#windowBytes + record.line.length <= this.#options.windowBytes;
    const behind = this.#behind.has(record.lane);
    if (record.place && (!room || behind)) {
      this.#leaveBehind(record.lane);
    } else if (!room) {
      this.#options.onDropped(record);
    } else if (behind) {
      // It is not on disk, and may not overtake those of its lane that are.
      this.#parked.set(record.lane, [...(this.#parked.get(record.lane) ?? []), record]);
      this.#hold(record);
    } else {
      record.place?.segment.take(record.place.line);
      this.#hold(record);
      this.#options.onRecord(record, 'live');
    }
  }

  #hold(record: JournalRecord): void {
    this.#window.add(record);
    this.#windowBytes += record.line.length;
  }

  /** Reads back records that are on disk only, as far as there is room. Half of the window stays free for live ones. */
  #refill(): void {
    while (this.#windowBytes < this.#options.windowBytes / 2) {
      const record = this.#disk.takeNext();
      if (!record) {
        if (this.#disk.waiting === 0) this.#forgetLost();
        return;
      }
      this.#hold(record);
      this.#options.onRecord(record, 'backlog');
      this.#forgetBehind(record.lane);
    }
  }

  #leaveBehind(lane: string): void {
    this.#behind.set(lane, (this.#behind.get(lane) ?? 0) + 1);
  }

  #forgetBehind(lane: string): void {
    const left = (this.#behind.get(lane) ?? 1) - 1;
    if (left > 0) {
      this.#behind.set(lane, left);
      return;
    }
    this.#behind.delete(lane);
    const parked = this.#parked.get(lane) ?? [];
    this.#parked.delete(lane);
    for (const record of parked) this.#options.onRecord(record, 'backlog');
  }

  /** Records that are still counted were damaged after they were counted, so that their lane is unknown. */
  #forgetLost(): void {
    for (const lane of [...this.#behind.keys()]) {
      this.#behind.set(lane, 1);
      this.#forgetBehind(lane);
    }
  }
}
