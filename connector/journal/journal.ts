import { bytesOf, JournalDisk, type JournalDiskOptions, type JournalHistory } from './disk.ts';
import { NodeRecords } from './node-records.ts';
import type { JournalRecord } from './record.ts';
import { Saves } from './saves.ts';

/** Where a record comes from: just read from Asterisk, or from the disk, where it waited. */
export type Arrival = 'live' | 'backlog';

/** Of several nodes, each may have live records of so many times the free memory. */
const LIVE_SHARE = 4;
/**
 * So much of what is on disk is in memory as well, at the most: several times what is in flight to the bus. More would not be
 * published sooner, and a record that is in memory for long costs the garbage collector more than reading it back.
 */
const ON_DISK_TOO_BYTES = 4 * 1024 * 1024;

export interface JournalOptions extends Omit<JournalDiskOptions, 'onDropped' | 'onWritable'> {
  /** How much may be in memory, in bytes: given to `onRecord` and not settled. Half of `maxBytes` at the most. */
  windowBytes: number;
  /** A record that may be published now. */
  onRecord(record: JournalRecord, arrival: Arrival): void;
  /** There was no room: the record is lost. */
  onDropped(record: JournalRecord): void;
}

/**
 * Events that were read and that the bus has not accepted yet. They are on local disk before they are published, in one
 * write for all events of one turn of the event loop. Records that fit in memory are given to `onRecord` at once; the
 * others are read back in their order when there is room. Later records of a lane wait behind those that are on disk
 * only.
 *
 * What a node may have in memory is measured by what is free, so that there is always room for a record of another node.
 * While the disk cannot be written, records pass through memory up to its bound. Those that are not settled when it can be
 * written again are written then, before later ones.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #disk: JournalDisk;
  readonly #saves: Saves;
  readonly #nodes = new Map<string, NodeRecords>();
  /** Nodes with records that are not written yet. */
  readonly #unwritten: NodeRecords[] = [];
  /** Nodes with records that are on disk only. */
  readonly #behind = new Set<NodeRecords>();
  #flushing = false;
  #whenIdle: (() => void)[] = [];
  /** Records that were given to `onRecord` and are not settled, the oldest first. */
  readonly #window = new Set<JournalRecord>();
  /** How much may be in memory. Beyond it on disk, where there is room for as much again that can be dropped. */
  readonly #memoryBytes: number;
  readonly #liveShare: number;
  /** How much of what is on disk may be in memory as well. */
  readonly #onDiskTooBytes: number;
  #windowBytes = 0;
  #closed = false;
  #isLeaving = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#liveShare = options.nodes.length > 1 ? LIVE_SHARE : Number.POSITIVE_INFINITY;
    this.#memoryBytes = Math.min(options.windowBytes, options.maxBytes / 2);
    this.#onDiskTooBytes = Math.min(this.#memoryBytes, ON_DISK_TOO_BYTES);
    this.#disk = new JournalDisk({
      ...options,
      onDropped: (record) => {
        this.#caughtUp(this.#of(record.node), record.lane);
        options.onDropped(record);
      },
      onWritable: () => {
        for (const node of this.#nodes.values())
          if (node.isIncomplete && !this.#unwritten.includes(node)) this.#unwritten.push(node);
        this.#flushSoon();
      },
    });
    this.#saves = new Saves((node) => this.save(node));
  }

  /** Reads what an earlier process left; `resume` gives its records to `onRecord`. */
  open(): JournalHistory {
    return this.#disk.open((record) => this.#leaveBehind(this.#of(record.node), record.lane));
  }

  /** Saves the state of a node within some seconds, for a process that starts on this folder later. */
  saveSoon(node: string): void {
    if (!this.#closed) this.#saves.add(node);
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
    let depth = this.#window.size;
    for (const { unwritten } of this.#unwritten) depth += unwritten;
    for (const { node } of this.#behind) depth += this.#disk.waitingOf(node);
    return depth;
  }

  /** Bytes on disk, with settled records that are not removed yet. */
  get bytes(): number {
    return this.#disk.bytes;
  }

  /** When the oldest record that is not settled was read, in epoch milliseconds. */
  get oldest(): number | undefined {
    let oldest = Number.POSITIVE_INFINITY;
    // A record that is on disk only was read later than those of its node's backlog in the window.
    for (const { receivedAt } of this.#window) if (receivedAt < oldest) oldest = receivedAt;
    return Number.isFinite(oldest) ? oldest : undefined;
  }

  /** Takes a record, and gives it to `onRecord` when it is written. */
  append(record: JournalRecord): void {
    const records = this.#of(record.node);
    if (!this.#unwritten.includes(records)) this.#unwritten.push(records);
    records.add(record);
    this.#flushSoon();
  }

  /** The bus has accepted the record, or will never accept it. */
  settle(record: JournalRecord): void {
    if (!this.#window.delete(record)) return;
    const node = this.#of(record.node);
    this.#windowBytes -= record.line.length;
    node.windowBytes -= record.line.length;
    node.missed.delete(record);
    this.#disk.settle(record);
    this.#flushSoon();
  }

  /**
   * Records that are not settled, those in memory first: for a process that ends, and hands them to another. From now on
   * no record is read back for `onRecord`; `settle` takes each out.
   */
  *leftovers(): Generator<JournalRecord> {
    this.#flush();
    this.#isLeaving = true;
    yield* [...this.#window];
    for (const node of this.#behind) {
      for (let record = this.#disk.takeNext(node.node); record; record = this.#disk.takeNext(node.node)) {
        this.#hold(node, record);
        yield record;
      }
    }
  }

  /** Writes the remaining records, then the state of all nodes, and closes the files. */
  close(): void {
    this.#saves.stop();
    for (const node of this.#options.nodes) this.save(node);
    this.#closed = true;
    this.#disk.close();
  }

  /** Saves the state of a node now. */
  save(node: string): void {
    // The records behind the state are written first: a process that ends in between loses none of them.
    this.#flush();
    this.#disk.save(node);
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    for (let node = this.#unwritten.shift(); node; node = this.#unwritten.shift()) {
      const { records, bytes } = node.takeUnwritten();
      if (node.isIncomplete) this.#writeMissed(node);
      if (records.length > 0) this.#write(node, records, bytes, (record) => this.#admit(node, record));
      if (node.isIncomplete) this.#saveMissed(node);
    }
    if (this.#behind.size > 0 && !this.#isLeaving) this.#refill();
    if (this.#isIdle()) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Writes records in one call, or in several where they are many for the room on disk: each makes room for itself. */
  #write(
    node: NodeRecords,
    records: readonly JournalRecord[],
    bytes: number,
    after: (record: JournalRecord) => void,
  ): void {
    if (bytes > this.#options.maxBytes / 8 && records.length > 1) {
      const half = records.length >> 1;
      for (const part of [records.slice(0, half), records.slice(half)]) this.#write(node, part, bytesOf(part), after);
      return;
    }
    this.#disk.write(node.node, records, bytes);
    for (const record of records) after(record);
  }

  /** Writes what is in memory only. */
  #writeMissed(node: NodeRecords): void {
    const missed = [...node.missed];
    if (missed.length === 0 || !this.#disk.mayTry) return;
    this.#write(node, missed, bytesOf(missed), (record) => {
      if (!record.place) return;
      record.place.segment.take(record.place.line);
      node.missed.delete(record);
    });
  }

  /** Saves the state, which is also made of records that were never written. */
  #saveMissed(node: NodeRecords): void {
    if (this.#disk.fault !== undefined) return;
    this.#disk.save(node.node);
    node.isIncomplete = this.#disk.fault !== undefined;
  }

  #isIdle(): boolean {
    return this.#unwritten.length === 0 && this.#window.size === 0 && this.#behind.size === 0;
  }

  /** How much more of what is on disk may be in memory. */
  get #freeBytes(): number {
    return this.#onDiskTooBytes - this.#windowBytes;
  }

  /** Gives a record to `onRecord`, or leaves it on disk, or drops it where it is not on disk either. */
  #admit(node: NodeRecords, record: JournalRecord): void {
    const { length } = record.line;
    if (!record.place) node.isIncomplete = true;
    const free = record.place ? this.#freeBytes : this.#memoryBytes - this.#windowBytes;
    const room = length <= free && node.windowBytes + length <= this.#liveShare * free;
    const behind = node.isLaneBehind(record.lane);
    if (record.place && (!room || behind)) {
      this.#leaveBehind(node, record.lane);
    } else if (!room) {
      this.#options.onDropped(record);
    } else if (behind) {
      // It is not on disk, and may not overtake those of its lane that are.
      node.park(record);
      this.#hold(node, record);
    } else {
      record.place?.segment.take(record.place.line);
      this.#hold(node, record);
      this.#options.onRecord(record, 'live');
    }
  }

  #hold(node: NodeRecords, record: JournalRecord): void {
    this.#window.add(record);
    this.#windowBytes += record.line.length;
    node.windowBytes += record.line.length;
    if (!record.place) node.missed.add(record);
  }

  /** Reads back records that are on disk only, as far as there is room; the rest of the memory stays free for live ones. */
  #refill(): void {
    for (const node of this.#behind) this.#refillFrom(node);
  }

  #refillFrom(node: NodeRecords): void {
    while (node.windowBytes < this.#freeBytes) {
      const record = this.#disk.takeNext(node.node);
      if (!record) {
        if (this.#disk.waitingOf(node.node) === 0) this.#release(node, node.allCaughtUp());
        return;
      }
      this.#hold(node, record);
      this.#options.onRecord(record, 'backlog');
      this.#caughtUp(node, record.lane);
    }
  }

  #leaveBehind(node: NodeRecords, lane: string): void {
    node.leave(lane);
    this.#behind.add(node);
  }

  #caughtUp(node: NodeRecords, lane: string): void {
    this.#release(node, node.caughtUp(lane));
  }

  #release(node: NodeRecords, parked: readonly JournalRecord[]): void {
    if (!node.isBehind) this.#behind.delete(node);
    for (const record of parked) this.#options.onRecord(record, 'backlog');
  }

  #of(name: string): NodeRecords {
    let node = this.#nodes.get(name);
    if (!node) {
      node = new NodeRecords(name);
      this.#nodes.set(name, node);
    }
    return node;
  }
}
