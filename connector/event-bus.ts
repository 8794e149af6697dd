import type { BusEntry } from '../lib/events/entry.ts';

/**
 * What became of one entry:
 *
 *  - `accepted`: it is on the bus;
 *  - `rejected`: the bus will never accept it;
 *  - `throttled`: the bus wants fewer entries for now;
 *  - `failed`: the bus failed at this entry, and may accept it the next time;
 *  - `unavailable`: the whole request failed, and so would the next one.
 */
export type PutOutcome =
  | { status: 'accepted' }
  | { status: 'rejected' | 'throttled' | 'failed' | 'unavailable'; reason: string };

/** An entry as the bus takes it, which is how the journal keeps it until then. */
export interface EncodedEntry {
  /** Text without a tab or a line break. */
  text: string;
  /** Its size as the bus counts it, in bytes. */
  bytes: number;
}

/** What one request, and one entry, may hold. Sizes in bytes, as the bus counts them. */
export interface BusLimits {
  requestEntries: number;
  requestBytes: number;
  entryBytes: number;
}

/** Where entries go. Everything that differs from bus to bus is behind this interface. */
export interface EventBus {
  /** What messages call it. */
  readonly name: string;
  readonly limits: BusLimits;
  encode(entry: BusEntry): EncodedEntry;
  /**
   * The `Detail` of an entry that `encode` made.
   *
   * @throws on text that was damaged on disk
   */
  detailOf(encoded: Buffer): Record<string, unknown>;
  /**
   * @param entries at least one, within the limits
   * @returns one outcome for each entry, in their order; never rejects
   */
  put(entries: readonly Buffer[]): Promise<PutOutcome[]>;
  close(): void;
}
