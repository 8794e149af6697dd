import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../lib/ari/errors.ts';
import type { Log } from '../../lib/log.ts';
import { NodeDisk, type NodeHistory } from './node-disk.ts';
import { type JournalRecord, readRecord } from './record.ts';
import { Segment } from './segment.ts';

const SEGMENT_BYTES = 8 * 1024 * 1024;
/** How long after a failure the journal tries the disk again. */
const RETRY_MS = 1000;
/**
 * Which records are settled is written for so many of a segment together, or after so many milliseconds: a process that starts on
 * the disk of one that was killed publishes those again, with their ids.
 */
const NOTE_RECORDS = 64;
const NOTE_MS = 1000;
/** How much must be free before the disk is used again after a failure. */
const ROOM_BYTES = 1024 * 1024;

export interface JournalDiskOptions {
  /** A folder that no other process uses. */
  folder: string;
  /** The nodes that this process serves. */
  nodes: readonly string[];
  /** How much may be on disk, in bytes. */
  maxBytes: number;
  log: Log;
  /** The state of a node as JSON; undefined where there is none to save. */
  checkpoint(node: string): unknown;
  /** There was no room: the record was removed from the disk, and is nowhere else. */
  onDropped(record: JournalRecord): void;
  /** So many records of a node are damaged or missing on the disk. */
  onLost(node: string, count: number): void;
  /** The disk can be written again after a failure. */
  onWritable(): void;
  /** How many settled records of a segment are noted on disk together. @default 64 */
  noteRecords?: number;
  /** @default 8 MiB; an eighth of `maxBytes`, and for each node a share of a quarter of it, at the most */
  segmentBytes?: number;
}

/** What an earlier process left of each node. */
export type JournalHistory = ReadonlyMap<string, NodeHistory>;

/**
 * The journal's files: those of each node are of their own, so that each is read back, saved and shortened without the
 * others. A failure is kept as `fault` and never thrown: a record that was not written has no `place`, and the disk is
 * tried again later.
 *
 * When it is full, records of the node that takes most room are dropped.
 */
export class JournalDisk {
  readonly #options: JournalDiskOptions;
  readonly #nodes = new Map<string, NodeDisk>();
  /** Bytes of all segments. */
  #bytes = 0;
  /** Segments with settled lines that are not in their `.settled` file yet. */
  readonly #newlySettled = new Set<Segment>();
  #noting: NodeJS.Timeout | undefined;
  #fault: { reason: string; at: number; node: string } | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: JournalDiskOptions) {
    this.#options = options;
  }

  /**
   * Reads what an earlier process left.
   *
   * @param onWaiting gets each record that is not settled, of each node the oldest first; `takeNext` returns them
   */
  open(onWaiting: (record: JournalRecord) => void): JournalHistory {
    const { folder, nodes } = this.#options;
    const history = new Map<string, NodeHistory>();
    this.#attempt('', () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const files = readdirSync(folder);
      for (const file of files.filter((name) => name.endsWith('.new'))) rmSync(join(folder, file));
      const numbers = new Map<string, number[]>(nodes.map((node) => [node, []]));
      for (const { node, number } of files.flatMap((file) => Segment.nameOf(file) ?? [])) {
        numbers.set(node, [...(numbers.get(node) ?? []), number]);
      }
      const earlier = numbers.get('') ?? [];
      numbers.delete('');
      for (const [node, list] of numbers) history.set(node, this.#of(node).open(list, onWaiting));
      // No state of a node that is not served any more is needed.
      for (const [node, disk] of this.#nodes) if (!nodes.includes(node)) disk.save();
      for (const number of earlier.sort((a, b) => a - b)) this.#convert(number, onWaiting);
    });
    return history;
  }

  /** Why the disk cannot be written; undefined while it can. */
  get fault(): string | undefined {
    return this.#fault?.reason;
  }

  /** Bytes of all segments, with settled records that are not removed yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Records of a node that are on disk only. */
  waitingOf(node: string): number {
    return this.#nodes.get(node)?.waiting ?? 0;
  }

  /** Saves the state of a node, for a process that starts on this folder later. */
  save(node: string): void {
    if (!this.mayTry) return;
    this.#attempt(node, () => this.#of(node).save());
  }

  /** Writes records of a node in one call, and gives each its place; none has one where the disk fails. */
  write(node: string, records: readonly JournalRecord[], bytes: number): void {
    if (!this.mayTry) return;
    this.#attempt(node, () => {
      if (this.#fault) this.#expectRoom();
      this.#makeRoom(bytes);
      this.#of(node).write(records, bytes);
    });
  }

  /** The oldest record of a node that is on disk only, which the caller now holds in memory; undefined where there is none. */
  takeNext(node: string): JournalRecord | undefined {
    try {
      return this.#nodes.get(node)?.takeNext();
    } catch (error) {
      this.#failed(node, error);
      return undefined;
    }
  }

  /** Settles a record that has a place; that is written to disk soon. */
  settle({ place }: JournalRecord): void {
    if (!place) return;
    const { segment } = place;
    segment.settle(place.line);
    if (segment.newlySettled >= (this.#options.noteRecords ?? NOTE_RECORDS) && this.mayTry) this.#note(segment);
    else this.#newlySettled.add(segment);
    this.#noting ??= setTimeout(() => this.#noteSettled(), NOTE_MS).unref();
  }

  /** Writes which records are settled, and removes the files whose records are all settled. */
  #noteSettled(): void {
    clearTimeout(this.#noting);
    this.#noting = undefined;
    for (const segment of this.#newlySettled) this.#note(segment);
    this.#newlySettled.clear();
  }

  #note(segment: Segment): void {
    try {
      this.#of(segment.node).noteSettled(segment);
    } catch (error) {
      // The next process publishes it again, under the same id.
      this.#failed(segment.node, error);
    }
  }

  /** Closes the files. */
  close(): void {
    clearTimeout(this.#retry);
    this.#noteSettled();
    for (const disk of this.#nodes.values()) disk.close();
  }

  #of(node: string): NodeDisk {
    let disk = this.#nodes.get(node);
    if (!disk) {
      const { folder, nodes, maxBytes, segmentBytes = SEGMENT_BYTES, log } = this.#options;
      const share = Math.min(Math.ceil(maxBytes / 8), Math.ceil(maxBytes / 4 / Math.max(1, nodes.length)));
      disk = new NodeDisk({
        folder,
        node,
        segmentBytes: Math.min(segmentBytes, share),
        log,
        checkpoint: () => this.#options.checkpoint(node),
        onBytes: (change) => {
          this.#bytes += change;
        },
        onDropped: (record) => this.#options.onDropped(record),
        onLost: (count) => this.#options.onLost(node, count),
      });
      this.#nodes.set(node, disk);
    }
    return disk;
  }

  /** Moves the records of an earlier version's segment, which contains those of all nodes, to the files of their nodes. */
  #convert(number: number, onWaiting: (record: JournalRecord) => void): void {
    const waiting: JournalRecord[] = [];
    const segment = Segment.open(this.#options.folder, { node: '', number }, (line, index, settled) => {
      const record = index === 0 || settled ? undefined : readRecord(line);
      if (record) waiting.push(record);
      return true;
    });
    for (const [node, records] of Map.groupBy(waiting, (record) => record.node)) {
      this.#of(node).write(records, bytesOf(records));
    }
    for (const record of waiting) onWaiting(record);
    segment.remove();
  }

  /** Drops records of the node that takes most room, until there is enough. */
  #makeRoom(bytes: number): void {
    if (this.#bytes + bytes > this.#options.maxBytes) this.#noteSettled();
    while (this.#bytes + bytes > this.#options.maxBytes) {
      const largestFirst = [...this.#nodes.values()].sort((a, b) => b.bytes - a.bytes);
      if (largestFirst.some((disk) => disk.shed())) continue;
      throw new Error(`${bytes} bytes of events find no room in ${this.#options.maxBytes}: raise JOURNAL_MAX_BYTES`);
    }
  }

  /** Whether it has not failed within the last second. */
  get mayTry(): boolean {
    return !this.#fault || Date.now() - this.#fault.at >= RETRY_MS;
  }

  #attempt(node: string, work: () => void): void {
    try {
      work();
      if (!this.#fault) return;
      this.#fault = undefined;
      this.#options.log.info('The journal is written to disk again');
      this.#options.onWritable();
    } catch (error) {
      this.#failed(node, error);
    }
  }

  #failed(node: string, error: unknown): void {
    const reason = reasonOf(error);
    if (this.#fault === undefined) {
      this.#options.log.error(
        `The journal cannot be written to ${this.#options.folder}: ${reason}. Events are in memory only: they are lost if this process ends. Free space on the disk, or mount one that this user may write to.`,
      );
    }
    this.#fault = { reason, at: Date.now(), node };
    this.#nodes.get(node)?.seal();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#tryAgain(), RETRY_MS);
    this.#retry.unref();
  }

  #tryAgain(): void {
    const node = this.#fault?.node || this.#options.nodes[0];
    if (node === undefined) return;
    this.#attempt(node, () => {
      this.#expectRoom();
      this.#of(node).begin();
    });
  }

  /** A nearly full disk accepts a record now and then: the journal uses it again only when there is some room. */
  #expectRoom(): void {
    const { folder, maxBytes } = this.#options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const bytes = Math.min(ROOM_BYTES, Math.ceil(maxBytes / 8));
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < bytes) throw new Error(`ENOSPC: expected ${bytes} free bytes, got ${bavail * bsize}`);
  }
}

export function bytesOf(records: readonly JournalRecord[]): number {
  return records.reduce((sum, { line }) => sum + line.length, 0);
}
