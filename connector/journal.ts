import type { BusEntry } from '../lib/events/entry.ts';

/** One entry on its way to the bus. */
export interface JournalRecord {
  /** Identity of the event. */
  id: string;
  node: string;
  /** Records of one lane are published in their order. */
  lane: string;
  entry: BusEntry;
  /** Size by AWS's formula. */
  bytes: number;
}

/** What was read and is not yet accepted by EventBridge, bounded by size. In memory: lost with the process. */
export class Journal {
  readonly #maxBytes: number;
  #records = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get depth(): number {
    return this.#records;
  }

  /** Takes a record, or refuses it when the bound is reached: the caller says so loudly. */
  append(record: JournalRecord): boolean {
    if (this.#bytes + record.bytes > this.#maxBytes) return false;
    this.#records += 1;
    this.#bytes += record.bytes;
    return true;
  }

  /** The record was accepted, or finally rejected. */
  settle(record: JournalRecord): void {
    this.#records -= 1;
    this.#bytes -= record.bytes;
  }
}
