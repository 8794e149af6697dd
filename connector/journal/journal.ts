import { JournalDisk, type JournalDiskOptions, type JournalHistory } from './disk.ts';
import type { JournalRecord, RecordOrigin } from './record.ts';

/** Where a record comes to the publisher from: just read, or from the disk, where it had to wait. */
export type Arrival = 'live' | 'backlog';

export interface JournalOptions extends Omit<JournalDiskOptions, 'onDropped'> {
  /** How much may be in memory, in bytes: given to `onRecord` and not settled. Half of it is for the backlog. */
  windowBytes: number;
  /** A record that may be published now. */
  onRecord(record: JournalRecord, arrival: Arrival): void;
  /** There was no room: the record reaches nobody. */
  onDropped(origin: RecordOrigin): void;
}

/**
 * Events read and not yet accepted by EventBridge: on local disk before they are published, in one write for all that
 * one turn of the event loop brought. What finds room in memory goes on at once; the rest is read back in its order
 * when there is room. A lane that has records on disk only sends later ones behind them.
 *
 * While the disk takes nothing, records flow through memory up to its bound.
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
  /** Records that no disk has, behind those of their lane that are on disk only. */
  readonly #parked = new Map<string, JournalRecord[]>();
  /** Records given on and not settled, the oldest first. */
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

  /** Reads what an earlier process left; its records are given on as soon as `resume` is called. */
  open(): JournalHistory {
    return this.#disk.open(({ lane }) => this.#leaveBehind(lane));
  }

  /** Begins a new segment with the state of now, for a process that starts on this folder later. */
  checkpoint(): void {
    // What the state knows has to be written before it: a process that ends in between would have forgotten nothing.
    this.#flush();
    if (!this.#closed) this.#disk.checkpoint();
  }

  /** Resolves when every record is settled. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Gives on what an earlier process left. */
  resume(): void {
    this.#refill();
  }

  /** Why the disk does not take records, `undefined` while it does. */
  get fault(): string | undefined {
    return this.#disk.fault;
  }

  /** Records that are not settled. */
  get depth(): number {
    return this.#unwritten.length + this.#window.size + this.#disk.waiting;
  }

  /** Bytes on disk, what is settled and not yet cleared away among them. */
  get bytes(): number {
    return this.#disk.bytes;
  }

  /** When the oldest record that is not settled was read, in epoch milliseconds. */
  get oldest(): number | undefined {
    let oldest = Number.POSITIVE_INFINITY;
    // What is on disk only is younger than what was given on, but for live records; those are young.
    for (const { receivedAt } of this.#window) if (receivedAt < oldest) oldest = receivedAt;
    return Number.isFinite(oldest) ? oldest : undefined;
  }

  /** Takes a record. It is given on when it is written. */
  append(record: JournalRecord): void {
    this.#unwritten.push(record);
    this.#unwrittenBytes += record.line.length;
    this.#flushSoon();
  }

  /** The record was accepted, or is refused for good. */
  settle(record: JournalRecord): void {
    if (!this.#window.delete(record)) return;
    this.#windowBytes -= record.line.length;
    this.#disk.settle(record);
    this.#flushSoon();
  }

  /** Writes what is to be written, the state at last, and lets go of the files. */
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

  /** Gives a record on, or leaves it on disk, or, where no disk has it either, drops it. */
  #admit(record: JournalRecord): void {
    const room = this.#windowBytes + record.line.length <= this.#options.windowBytes;
    const behind = this.#behind.has(record.lane);
    if (record.place && (!room || behind)) {
      this.#leaveBehind(record.lane);
    } else if (!room) {
      this.#options.onDropped(record);
    } else if (behind) {
      // No disk has it, and it may not pass those of its lane that the disk has.
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

  /** Reads back what is on disk only, as far as there is room. Half of the window stays free for what is live. */
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

  /** What is still counted was damaged after it had been counted: nobody knew its lane. */
  #forgetLost(): void {
    for (const lane of [...this.#behind.keys()]) {
      this.#behind.set(lane, 1);
      this.#forgetBehind(lane);
    }
  }
}
