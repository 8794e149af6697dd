import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../lib/ari/errors.ts';
import { parseJson } from '../../lib/json.ts';
import type { Log } from '../../lib/log.ts';
import { isLowValue, type JournalRecord, readRecord } from './record.ts';
import { Segment } from './segment.ts';

const SEGMENT_BYTES = 8 * 1024 * 1024;
const READ_BYTES = 256 * 1024;
/** How long after a failure the journal tries the disk again. */
const RETRY_MS = 1000;
/** How much must be free before the disk is used again after a failure. */
const ROOM_BYTES = 1024 * 1024;

export interface JournalDiskOptions {
  /** A folder that no other process uses. */
  folder: string;
  /** How much may be on disk, in bytes. */
  maxBytes: number;
  log: Log;
  /** The state of the connector as JSON: the first line of every segment. */
  checkpoint(): unknown;
  /** There was no room: the record was removed from the disk, and is nowhere else. */
  onDropped(record: JournalRecord): void;
  /** @default 8 MiB, and an eighth of `maxBytes` at the most */
  segmentBytes?: number;
}

/** The state that an earlier process wrote at the beginning of its last segment, and the records after it. */
export interface JournalHistory {
  checkpoint: unknown;
  since: JournalRecord[];
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
 * The journal's files: a row of segments. Records are written to the newest and read back from the oldest. A failure is
 * kept as `fault` and never thrown: a record that was not written has no `place`, and the disk is tried again later.
 *
 * When it is full, the oldest records of low value are dropped first, then the oldest of all.
 */
export class JournalDisk {
  readonly #options: JournalDiskOptions;
  readonly #segmentBytes: number;
  /** The oldest first. */
  #segments: Segment[] = [];
  #current: Segment | undefined;
  /** The size at which the next segment begins. */
  #fullAt = 0;
  /** Bytes of all segments. */
  #bytes = 0;
  /** Segments with settled lines that are not in their `.settled` file yet. */
  readonly #newlySettled = new Set<Segment>();
  #reader: Reader | undefined;
  #fault: { reason: string; at: number } | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: JournalDiskOptions) {
    this.#options = options;
    this.#segmentBytes = Math.min(options.segmentBytes ?? SEGMENT_BYTES, Math.ceil(options.maxBytes / 8));
  }

  /**
   * Reads what an earlier process left.
   *
   * @param onWaiting gets each record that is not settled, the oldest first; `takeNext` returns them
   */
  open(onWaiting: (record: JournalRecord) => void): JournalHistory {
    const history: JournalHistory = { checkpoint: undefined, since: [] };
    try {
      const { folder } = this.#options;
      mkdirSync(folder, { recursive: true });
      const files = readdirSync(folder);
      for (const file of files.filter((name) => name.endsWith('.new'))) rmSync(join(folder, file));
      const numbers = files.flatMap((file) => Segment.numberOf(file) ?? []).sort((a, b) => a - b);
      for (const number of numbers) this.#openSegment(number, history, onWaiting);
      // A segment whose records are all published is not needed, except for the state in the last one.
      for (const segment of this.#segments.slice(0, -1)) if (segment.unsettled === 0) this.#remove(segment);
    } catch (error) {
      this.#failed(error);
    }
    return history;
  }

  /** Why the disk cannot be written; undefined while it can. */
  get fault(): string | undefined {
    return this.#fault?.reason;
  }

  /** Bytes of all files, with settled records that are not removed yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Records that are on disk only. */
  get waiting(): number {
    return this.#segments.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** Begins a new segment with the current state, for a process that starts on this folder later. */
  checkpoint(): void {
    this.#attempt(() => this.#rotate());
  }

  /** Writes records in one call, and gives each its place; none has one where there is no room or the disk fails. */
  write(records: readonly JournalRecord[], bytes: number): void {
    if (this.#fault && Date.now() - this.#fault.at < RETRY_MS) return;
    this.#attempt(() => {
      const segment = this.#current ?? this.#rotate();
      this.#makeRoom(bytes);
      if (this.#bytes + bytes > this.#options.maxBytes) return;
      const first = segment.append(records.map(({ line }) => line));
      this.#bytes += bytes;
      for (const [index, record] of records.entries()) record.place = { segment, line: first + index };
      if (segment.bytes >= this.#fullAt) this.#rotate();
    });
  }

  /** The oldest record that is on disk only, which the caller now holds in memory; undefined where there is none. */
  takeNext(): JournalRecord | undefined {
    try {
      for (let reader = this.#readerAtWaiting(); reader; reader = this.#readerAtWaiting()) {
        const record = this.#nextOf(reader);
        if (record) return record;
        // The chunk is read to its end.
        reader.offset += reader.lines.reduce((sum, line) => sum + line.length, 0);
        reader.line += reader.lines.length;
        reader.next = 0;
        reader.lines = this.#readLines(reader.segment, reader.offset);
        if (reader.lines.length === 0) this.#reader = undefined;
      }
    } catch (error) {
      this.#failed(error);
    }
    return undefined;
  }

  /** Settles a record that has a place; `noteSettled` writes it to disk. */
  settle({ place }: JournalRecord): void {
    if (!place) return;
    place.segment.settle(place.line);
    this.#newlySettled.add(place.segment);
  }

  /** Writes which records are settled, and removes the files whose records are all settled. */
  noteSettled(): void {
    for (const segment of this.#newlySettled) {
      try {
        segment.writeSettled();
        if (segment.unsettled === 0 && segment !== this.#current) this.#remove(segment);
      } catch (error) {
        // The next process publishes it again, under the same id.
        this.#failed(error);
      }
    }
    this.#newlySettled.clear();
  }

  /** Closes the files. */
  close(): void {
    clearTimeout(this.#retry);
    for (const segment of this.#segments) segment.close();
  }

  #openSegment(number: number, history: JournalHistory, onWaiting: (record: JournalRecord) => void): void {
    const segment = Segment.open(this.#options.folder, number, (line, index, settled) => {
      if (index === 0) {
        history.checkpoint = parseJson(line.toString('utf8'));
        history.since = [];
        return true;
      }
      const record = readRecord(line);
      if (record) history.since.push(record);
      if (record && !settled) onWaiting(record);
      if (!record && !settled) this.#damaged(number, index);
      return record !== undefined;
    });
    this.#segments.push(segment);
    this.#bytes += segment.bytes;
  }

  #rotate(): Segment {
    mkdirSync(this.#options.folder, { recursive: true });
    if (this.#fault) expectRoom(this.#options.folder, Math.min(ROOM_BYTES, this.#segmentBytes));
    const before = this.#segments.at(-1);
    const number = (before?.number ?? 0) + 1;
    const firstLine = Buffer.from(`${JSON.stringify(this.#options.checkpoint() ?? null)}\n`);
    const opened = Segment.create(this.#options.folder, number, firstLine);
    before?.seal();
    this.#current = opened;
    // A state larger than a segment is written again only after as many bytes of records.
    this.#fullAt = Math.max(this.#segmentBytes, 2 * opened.bytes);
    this.#segments.push(opened);
    this.#bytes += opened.bytes;
    if (before?.unsettled === 0) this.#remove(before);
    return opened;
  }

  #remove(segment: Segment): void {
    this.#segments = this.#segments.filter((other) => other !== segment);
    this.#bytes -= segment.bytes;
    if (this.#reader?.segment === segment) this.#reader = undefined;
    segment.remove();
  }

  #readerAtWaiting(): Reader | undefined {
    if (this.#reader && this.#reader.segment.waiting > 0) return this.#reader;
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
      this.#newlySettled.add(segment);
      this.#damaged(segment.number, line);
    }
    return undefined;
  }

  /** The rest of a file that was removed or shortened is lost: another attempt would find no more. */
  #readLines(segment: Segment, offset: number): Buffer[] {
    let lines: Buffer[] = [];
    try {
      lines = segment.read(offset, READ_BYTES);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (lines.length > 0) return lines;
    const lost = segment.settleWaiting();
    this.#newlySettled.add(segment);
    this.#options.log.error(`Another program removed or shortened a file of the journal: ${lost} events are lost`, {
      segment: segment.number,
    });
    return [];
  }

  #makeRoom(bytes: number): void {
    const full = (): boolean => this.#bytes + bytes > this.#options.maxBytes;
    if (!full()) return;
    // The segment that is being read back is published next, and the one that is being written is the newest.
    const untouched = this.#segments.filter(
      (segment) => segment !== this.#reader?.segment && segment !== this.#current,
    );
    for (const segment of untouched.filter(({ thinned }) => !thinned)) {
      if (!full()) return;
      this.#hollow(segment, isLowValue);
      segment.thinned = true;
    }
    for (const segment of untouched.filter(({ waiting }) => waiting > 0)) {
      if (!full()) return;
      this.#hollow(segment, () => true);
    }
  }

  #hollow(segment: Segment, drops: (type: string) => boolean): void {
    const before = segment.bytes;
    segment.hollow((line) => {
      const record = readRecord(line);
      if (!record || !drops(record.type)) return false;
      this.#options.onDropped(record);
      return true;
    });
    this.#bytes += segment.bytes - before;
    segment.writeSettled();
    if (segment.unsettled === 0) this.#remove(segment);
  }

  #damaged(segment: number, line: number): void {
    this.#options.log.error('A line of the journal is damaged and cannot be published', { segment, line });
  }

  #attempt(work: () => void): void {
    try {
      work();
      if (this.#fault) this.#options.log.info('The journal is written to disk again');
      this.#fault = undefined;
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const reason = reasonOf(error);
    if (this.#fault === undefined) {
      this.#options.log.error(
        `The journal cannot be written to ${this.#options.folder}: ${reason}. Events are in memory only: they are lost if this process ends. Free space on the disk, or mount one that this user may write to.`,
      );
    }
    this.#fault = { reason, at: Date.now() };
    this.#current?.seal();
    this.#current = undefined;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.checkpoint(), RETRY_MS);
    this.#retry.unref();
  }
}

/** A nearly full disk accepts a record now and then: the journal uses it again only when there is some room. */
function expectRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < bytes) throw new Error(`ENOSPC: expected ${bytes} free bytes, got ${bavail * bsize}`);
}
