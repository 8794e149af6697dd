import type { Log } from '../../lib/log.ts';
import { isLowValue, type JournalRecord, readRecord } from './record.ts';
import { Segment } from './segment.ts';
import { type Position, StateFile } from './state-file.ts';

/** A segment is read back in so many parts: of many nodes with small segments, each holds a small part in memory. */
const READS = 32;
/** A part is at least so large: a smaller one costs more for each record. */
const LEAST_READ_BYTES = 64 * 1024;

/** The state that an earlier process saved of a node, and the records after it. */
export interface NodeHistory {
  /** Undefined where none was saved. */
  checkpoint: unknown;
  since: JournalRecord[];
}

export interface NodeDiskOptions {
  folder: string;
  node: string;
  /** The size at which the next segment begins. */
  segmentBytes: number;
  log: Log;
  /** The node's state as JSON; undefined where there is none to save. */
  checkpoint(): unknown;
  /** The size of the files has changed by so many bytes. */
  onBytes(change: number): void;
  /** There was no room: the record was removed from the disk, and is nowhere else. */
  onDropped(record: JournalRecord): void;
  /** So many records are damaged or missing on the disk. */
  onLost(count: number): void;
}

/** A chunk of a segment's lines. */
interface Reader {
  segment: Segment;
  /** The number of the chunk's first line, and where it begins in the file. */
  line: number;
  offset: number;
  lines: Buffer[];
  /** The line of the chunk that comes next. */
  next: number;
}

/**
 * One node's part of the journal: a row of segments, and a file with the node's state. Records are written to the newest
 * segment and read back from the oldest. All methods throw where the disk fails.
 */
export class NodeDisk {
  readonly #options: NodeDiskOptions;
  readonly #stateFile: StateFile;
  /** The oldest first. */
  #segments: Segment[] = [];
  #current: Segment | undefined;
  #bytes = 0;
  #reader: Reader | undefined;
  /** What comes before it is in the saved state. */
  #saved: Position = { segment: 0, line: 0 };
  #stateBytes = 0;

  constructor(options: NodeDiskOptions) {
    this.#options = options;
    this.#stateFile = new StateFile(options.folder, options.node);
  }

  /**
   * Reads what an earlier process left.
   *
   * @param onWaiting gets each record that is not settled, the oldest first; `takeNext` returns them
   */
  open(numbers: readonly number[], onWaiting: (record: JournalRecord) => void): NodeHistory {
    const { folder, node } = this.#options;
    const saved = this.#stateFile.read();
    if (saved) this.#saved = saved;
    const since: JournalRecord[] = [];
    for (const number of numbers.toSorted((a, b) => a - b)) {
      const segment = Segment.open(folder, { node, number }, (line, index, settled) => {
        const record = index === 0 ? undefined : readRecord(line);
        if (record && this.#isAfterSaved(number, index)) since.push(record);
        if (record && !settled) onWaiting(record);
        if (!record && !settled) this.#damaged(number, index);
        return record !== undefined;
      });
      this.#segments.push(segment);
      this.#grow(segment.bytes);
    }
    this.#removeSettled();
    return { checkpoint: saved?.state, since };
  }

  /** Bytes of its segments, with settled records that are not removed yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Records that are on disk only. */
  get waiting(): number {
    return this.#segments.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** Saves the node's state. */
  save(): void {
    const position = this.#current
      ? { segment: this.#current.number, line: this.#current.lines }
      : { segment: this.#nextNumber, line: 0 };
    const state = this.#options.checkpoint();
    if (state !== undefined) this.#stateBytes = this.#stateFile.write({ ...position, state });
    this.#saved = position;
    this.#removeSettled();
  }

  /** Writes records in one call, and gives each its place. */
  write(records: readonly JournalRecord[], bytes: number): void {
    const segment = this.#current && !this.#current.isHarmed ? this.#current : this.begin();
    const first = segment.append(records.map(({ line }) => line));
    this.#grow(bytes);
    for (const [index, record] of records.entries()) record.place = { segment, line: first + index };
    // A state that is larger than a segment is saved again only after as many bytes of records.
    if (segment.bytes >= Math.max(this.#options.segmentBytes, 2 * this.#stateBytes)) this.#rotate();
  }

  /** Begins a segment. */
  begin(): Segment {
    const { folder, node } = this.#options;
    const opened = Segment.create(folder, { node, number: this.#nextNumber });
    this.#current?.seal();
    this.#current = opened;
    this.#segments.push(opened);
    this.#grow(opened.bytes);
    return opened;
  }

  /** Closes the segment that is written; the next record begins another one. */
  seal(): void {
    this.#current?.seal();
    this.#current = undefined;
  }

  /** The oldest record that is on disk only, which the caller now holds in memory; undefined where there is none. */
  takeNext(): JournalRecord | undefined {
    for (let reader = this.#readerAtWaiting(); reader; reader = this.#readerAtWaiting()) {
      const record = this.#nextOf(reader);
      if (record) return record;
      // The chunk is read to its end.
      reader.offset += reader.lines.reduce((sum, line) => sum + line.length, 0);
      reader.line += reader.lines.length;
      reader.next = 0;
      reader.lines = this.#readLines(reader.segment, reader.offset);
    }
    return undefined;
  }

  /** Writes which records of a segment are settled, and removes its file where they all are. */
  noteSettled(segment: Segment): void {
    segment.writeSettled();
    if (segment.unsettled === 0 && segment !== this.#current) this.#removeSettled();
  }

  /**
   * Makes room: drops the oldest records of low value first, then the oldest.
   *
   * @returns whether there is more room now
   */
  shed(): boolean {
    // The segment that is being read back is published next.
    const untouched = this.#segments.filter(
      (segment) => segment !== this.#reader?.segment && segment !== this.#current,
    );
    for (const segment of untouched.filter(({ thinned }) => !thinned)) {
      segment.thinned = true;
      if (this.#hollow(segment, isLowValue)) return true;
    }
    for (const segment of untouched) if (segment.waiting > 0 && this.#hollow(segment, () => true)) return true;
    if (this.#current && this.#current.lines > 1) this.#rotate();
    else if (this.#reader) {
      this.#reader.segment.stopReading();
      this.#reader = undefined;
    } else return false;
    return this.shed();
  }

  /** Closes the files. */
  close(): void {
    for (const segment of this.#segments) segment.close();
  }

  get #nextNumber(): number {
    return Math.max(this.#segments.at(-1)?.number ?? 0, this.#saved.segment) + 1;
  }

  #isAfterSaved(segment: number, line: number): boolean {
    const { segment: last, line: next } = this.#saved;
    return segment > last || (segment === last && line >= next);
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    this.#options.onBytes(bytes);
  }

  #rotate(): void {
    this.begin();
    this.save();
  }

  /** Removes segments whose records are all published, and in the saved state. */
  #removeSettled(): void {
    this.#segments = this.#segments.filter((segment) => {
      if (segment.unsettled > 0 || segment === this.#current || segment.number >= this.#saved.segment) return true;
      if (this.#reader?.segment === segment) this.#reader = undefined;
      segment.remove();
      this.#grow(-segment.bytes);
      return false;
    });
  }

  #readerAtWaiting(): Reader | undefined {
    if (this.#reader && this.#reader.segment.waiting > 0) return this.#reader;
    this.#reader?.segment.stopReading();
    const segment = this.#segments.find(({ waiting }) => waiting > 0);
    this.#reader = segment && { segment, line: 0, offset: 0, lines: [], next: 0 };
    return this.#reader;
  }

  /** The next record of the reader's chunk that is on disk only. */
  #nextOf(reader: Reader): JournalRecord | undefined {
    const { segment } = reader;
    while (reader.next < reader.lines.length) {
      const line = reader.line + reader.next;
      const text = reader.lines[reader.next++] as Buffer;
      if (!segment.isWaiting(line)) continue;
      const record = readRecord(text);
      if (record) {
        segment.take(line);
        record.place = { segment, line };
        return record;
      }
      segment.settle(line);
      this.#damaged(segment.number, line);
      this.noteSettled(segment);
    }
    return undefined;
  }

  /** The rest of a file that was removed or shortened is lost: another attempt would find no more. */
  #readLines(segment: Segment, offset: number): Buffer[] {
    let lines: Buffer[] = [];
    try {
      lines = segment.read(offset, Math.max(LEAST_READ_BYTES, Math.ceil(this.#options.segmentBytes / READS)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (lines.length === 0) {
      this.#missing(segment, segment.settleWaiting());
      this.noteSettled(segment);
    }
    return lines;
  }

  /** @returns whether the segment is smaller now */
  #hollow(segment: Segment, drops: (type: string) => boolean): boolean {
    const before = segment.bytes;
    const missing = segment.hollow((line) => {
      const record = readRecord(line);
      if (!record || !drops(record.type)) return false;
      this.#options.onDropped(record);
      return true;
    });
    if (missing > 0) this.#missing(segment, missing);
    this.#grow(segment.bytes - before);
    this.noteSettled(segment);
    return segment.bytes < before;
  }

  #missing({ number }: Segment, count: number): void {
    const { node, log, onLost } = this.#options;
    log.error(`Another program removed or shortened a file of the journal: ${count} events are lost`, {
      node,
      segment: number,
    });
    onLost(count);
  }

  #damaged(segment: number, line: number): void {
    const { node, log, onLost } = this.#options;
    log.error('A line of the journal is damaged and cannot be published', { node, segment, line });
    onLost(1);
  }
}
