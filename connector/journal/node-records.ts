import type { JournalRecord } from './record.ts';

/** Where one node's records are that are not settled. */
export class NodeRecords {
  readonly node: string;
  /** Read, and not written yet. */
  #unwritten: JournalRecord[] = [];
  #unwrittenBytes = 0;
  /** Bytes of its records in memory. */
  windowBytes = 0;
  /** Records in memory that are not on disk, as it could not be written. */
  readonly missed = new Set<JournalRecord>();
  /** Whether a record was not written, so that the disk does not have all that the node's state is made of. */
  isIncomplete = false;
  /** How many records of a lane are on disk only. */
  readonly #behind = new Map<string, number>();
  /** Records that are not on disk, and wait behind those of their lane that are on disk only. */
  readonly #parked = new Map<string, JournalRecord[]>();

  constructor(node: string) {
    this.node = node;
  }

  add(record: JournalRecord): void {
    this.#unwritten.push(record);
    this.#unwrittenBytes += record.line.length;
  }

  /** The records that are not written yet, which the caller writes now. */
  takeUnwritten(): { records: JournalRecord[]; bytes: number } {
    const taken = { records: this.#unwritten, bytes: this.#unwrittenBytes };
    this.#unwritten = [];
    this.#unwrittenBytes = 0;
    return taken;
  }

  get unwritten(): number {
    return this.#unwritten.length;
  }

  /** Whether it has records that are on disk only. */
  get isBehind(): boolean {
    return this.#behind.size > 0;
  }

  /** Whether records of the lane are on disk only. */
  isLaneBehind(lane: string): boolean {
    return this.#behind.has(lane);
  }

  /** A record of the lane is on disk only. */
  leave(lane: string): void {
    this.#behind.set(lane, (this.#behind.get(lane) ?? 0) + 1);
  }

  /** A record that is not on disk waits behind those of its lane. */
  park(record: JournalRecord): void {
    this.#parked.set(record.lane, [...(this.#parked.get(record.lane) ?? []), record]);
  }

  /**
   * A record of the lane is not on disk only any more.
   *
   * @returns the parked records that now come next
   */
  caughtUp(lane: string): JournalRecord[] {
    const left = (this.#behind.get(lane) ?? 1) - 1;
    if (left > 0) {
      this.#behind.set(lane, left);
      return [];
    }
    this.#behind.delete(lane);
    const parked = this.#parked.get(lane) ?? [];
    this.#parked.delete(lane);
    return parked;
  }

  /** Nothing is on disk only: records that are still counted were damaged or missing there. */
  allCaughtUp(): JournalRecord[] {
    this.#behind.clear();
    const parked = [...this.#parked.values()].flat();
    this.#parked.clear();
    return parked;
  }
}
