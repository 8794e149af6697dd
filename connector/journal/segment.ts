import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** The state of a line: on disk only, in memory as well, or settled. */
const WAITING = 0;
const TAKEN = 1;
const SETTLED = 2;

const NEWLINE = 0x0a;
const NAME = /^(?:(.+)\.)?(\d{10})\.journal$/;
/** Another program can shorten or remove a file so long before that is seen: to look costs as much as to write. */
const LOOK_MS = 1000;
/** Events contain phone numbers: only the connector's user reads them. */
const MODE = 0o600;

/** What the name of a segment's file says. */
export interface SegmentName {
  /** The node whose events it contains; empty for a file of an earlier version, which contains those of all nodes. */
  node: string;
  number: number;
}

/**
 * One file of a node's journal, `pbx-1.0000000001.journal`, and beside it `pbx-1.0000000001.settled`: the numbers of the
 * lines that are settled, four bytes each. Both are only appended to. The first line names the node.
 *
 * It is written to the kernel's cache and not flushed to the device: a killed process loses nothing. When the machine
 * loses power, the task is lost, and its ephemeral disk with it.
 */
export class Segment {
  readonly node: string;
  readonly number: number;
  readonly #path: string;
  /** By line. */
  #states = new Uint8Array(1024);
  #lines = 0;
  #bytes = 0;
  #waiting = 0;
  #unsettled = 0;
  #newlySettled: number[] = [];
  #settledBytes = 0;
  #writing: number | undefined;
  #settling: number | undefined;
  #reading: number | undefined;
  /** When the file was looked at last, by the monotonic clock in milliseconds. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Its lines of low value have been removed. */
  thinned = false;

  private constructor(folder: string, { node, number }: SegmentName) {
    this.node = node;
    this.number = number;
    this.#path = join(folder, `${node === '' ? '' : `${node}.`}${String(number).padStart(10, '0')}`);
  }

  /** The segment that a file belongs to; undefined for another file. */
  static nameOf(file: string): SegmentName | undefined {
    const match = NAME.exec(file);
    return match ? { node: match[1] ?? '', number: Number(match[2]) } : undefined;
  }

  /** Begins a segment. */
  static create(folder: string, name: SegmentName): Segment {
    const segment = new Segment(folder, name);
    // A failed attempt may have left a file.
    rmSync(segment.#settledFile, { force: true });
    segment.#writing = openSync(segment.#file, 'w', MODE);
    try {
      segment.append([Buffer.from(`${JSON.stringify(name.node)}\n`)]);
    } catch (error) {
      segment.close();
      throw error;
    }
    segment.settle(0);
    return segment;
  }

  /**
   * Opens a segment of an earlier process. An incomplete last line is removed: it was never published.
   *
   * @param onLine gets every line that is not settled, and returns whether it can be read
   */
  static open(
    folder: string,
    name: SegmentName,
    onLine: (line: Buffer, index: number, settled: boolean) => boolean,
  ): Segment {
    const segment = new Segment(folder, name);
    const settled = existsSync(segment.#settledFile) ? readFileSync(segment.#settledFile) : Buffer.alloc(0);
    const isSettled = new Set<number>([0]);
    for (let at = 0; at + 4 <= settled.length; at += 4) isSettled.add(settled.readUInt32LE(at));

    for (const line of segment.#allLines()) {
      const done = isSettled.has(segment.#lines) || line.length === 1;
      segment.#bytes += line.length;
      const readable = onLine(line, segment.#lines, done);
      segment.#note(done || !readable ? SETTLED : WAITING);
    }
    truncateSync(segment.#file, segment.#bytes);
    segment.#settledBytes = settled.length - (settled.length % 4);
    if (settled.length > segment.#settledBytes) truncateSync(segment.#settledFile, segment.#settledBytes);
    return segment;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Lines that are on disk only. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Lines that are not settled. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Lines that are settled, and not yet so on disk. */
  get newlySettled(): number {
    return this.#newlySettled.length;
  }

  /** Whether another program has shortened or removed the file that is written: what is added to it would be lost. */
  get isHarmed(): boolean {
    const now = performance.now();
    if (this.#writing === undefined || now - this.#lookedAt < LOOK_MS) return false;
    this.#lookedAt = now;
    const { size, nlink } = fstatSync(this.#writing);
    return size < this.#bytes || nlink === 0;
  }

  /**
   * Writes lines at the end.
   *
   * @returns the number of the first one
   * @throws when they cannot be written; then none of them is in the file
   */
  append(lines: readonly Buffer[]): number {
    if (this.#writing === undefined) throw new Error('the segment is closed');
    const data = lines.length === 1 ? (lines[0] as Buffer) : Buffer.concat(lines);
    writeWhole(this.#writing, data, this.#bytes);
    this.#bytes += data.length;
    const first = this.#lines;
    for (let i = 0; i < lines.length; i++) this.#note(WAITING);
    return first;
  }

  /** Closes the segment to further lines. */
  seal(): void {
    if (this.#writing !== undefined) closeSync(this.#writing);
    this.#writing = undefined;
  }

  isWaiting(line: number): boolean {
    return this.#states[line] === WAITING;
  }

  /** The line is now in memory as well. */
  take(line: number): void {
    if (this.#states[line] !== WAITING) return;
    this.#states[line] = TAKEN;
    this.#waiting -= 1;
  }

  /** Settles a line; `writeSettled` writes it to disk. */
  settle(line: number): void {
    if (this.#states[line] === SETTLED) return;
    if (this.#states[line] === WAITING) this.#waiting -= 1;
    this.#states[line] = SETTLED;
    this.#unsettled -= 1;
    this.#newlySettled.push(line);
  }

  /** @returns how many lines were on disk only, and are now settled */
  settleWaiting(): number {
    return this.#settleWaitingFrom(0);
  }

  /** @throws when it cannot be written; then the next call writes it */
  writeSettled(): void {
    if (this.#newlySettled.length === 0) return;
    const data = Buffer.allocUnsafe(this.#newlySettled.length * 4);
    for (const [index, line] of this.#newlySettled.entries()) data.writeUInt32LE(line, index * 4);
    this.#settling ??= openSync(this.#settledFile, 'a', MODE);
    writeWhole(this.#settling, data, this.#settledBytes);
    this.#settledBytes += data.length;
    this.#newlySettled = [];
  }

  /**
   * Whole lines from an offset in the file, with their newlines; at least one while there is any. None where another
   * program has shortened the file to less.
   */
  read(offset: number, length: number): Buffer[] {
    const size = Math.min(length, this.#bytes - offset);
    const chunk = Buffer.allocUnsafe(size);
    this.#reading ??= openSync(this.#file, 'r');
    let got = 0;
    for (let more = size; more > 0; got += more) more = readSync(this.#reading, chunk, got, size - got, offset + got);
    const lines = [...linesOf(chunk.subarray(0, got))];
    return lines.length === 0 && got === length ? this.read(offset, length * 4) : lines;
  }

  /** Nothing more is read for now. */
  stopReading(): void {
    if (this.#reading !== undefined) closeSync(this.#reading);
    this.#reading = undefined;
  }

  /**
   * Empties settled lines, and lines on disk only that `drop` selects. Their newlines stay,
   * so that every other line keeps its number.
   *
   * @returns how many lines on disk only are missing, as another program has shortened the file
   */
  hollow(drop: (line: Buffer) => boolean): number {
    const lines = this.read(0, this.#bytes);
    this.stopReading();
    const kept = lines.map((line, index) => {
      if (index === 0) return line;
      if (this.#states[index] === WAITING && drop(line)) this.settle(index);
      return this.#states[index] === SETTLED ? Buffer.from([NEWLINE]) : line;
    });
    const rewritten = Buffer.concat(kept);
    writeFileSync(`${this.#path}.new`, rewritten, { mode: MODE });
    renameSync(`${this.#path}.new`, this.#file);
    this.#bytes = rewritten.length;
    return lines.length < this.#lines ? this.#settleWaitingFrom(lines.length) : 0;
  }

  remove(): void {
    this.close();
    this.#newlySettled = [];
    rmSync(this.#file, { force: true });
    rmSync(this.#settledFile, { force: true });
  }

  close(): void {
    this.seal();
    this.stopReading();
    if (this.#settling !== undefined) closeSync(this.#settling);
    this.#settling = undefined;
  }

  get #file(): string {
    return `${this.#path}.journal`;
  }

  get #settledFile(): string {
    return `${this.#path}.settled`;
  }

  *#allLines(): Generator<Buffer> {
    yield* linesOf(readFileSync(this.#file));
  }

  #settleWaitingFrom(first: number): number {
    const before = this.#waiting;
    for (let line = first; line < this.#lines; line++) if (this.#states[line] === WAITING) this.settle(line);
    return before - this.#waiting;
  }

  #note(state: number): void {
    if (this.#lines === this.#states.length) {
      const larger = new Uint8Array(this.#lines * 2);
      larger.set(this.#states);
      this.#states = larger;
    }
    this.#states[this.#lines++] = state;
    if (state === WAITING) {
      this.#waiting += 1;
      this.#unsettled += 1;
    }
  }
}

/** Appends all of it to a file of the given size, or throws and appends nothing. */
function writeWhole(file: number, data: Buffer, size: number): void {
  try {
    // At an explicit position: after a failure the file ends before the position that the system would write to next.
    for (let at = 0; at < data.length; ) at += writeSync(file, data, at, data.length - at, size + at);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
}

function* linesOf(data: Buffer): Generator<Buffer> {
  for (let start = 0; ; ) {
    const end = data.indexOf(NEWLINE, start);
    if (end < 0) return;
    yield data.subarray(start, end + 1);
    start = end + 1;
  }
}
