import type { BusEntry } from '../lib/events/entry.ts';

/**
 * The outcome of one entry:
 *
 *  - `accepted`: it is on the bus;
 *  - `rejected`: the bus will never accept it;
 *  - `throttled`: the bus wants fewer entries for now;
 *  - `failed`: the bus failed at this entry, and may accept it the next time;
 *  - `unavailable`: the whole request failed, or all its entries were denied, and so would the next one.
 */
export type PutOutcome =
  | { status: 'accepted' }
  | { status: 'rejected' | 'throttled' | 'failed' | 'unavailable'; reason: string };

/** An entry in the bus's encoding. The journal keeps it in this form until the bus accepts it. */
export interface EncodedEntry {
  /** Text without a tab or a line break. */
  text: string;
  /** Its size as the bus counts it, in bytes. */
  bytes: number;
}

/** The limits of one request and of one entry. Sizes in bytes, as the bus counts them. */
export interface BusLimits {
  requestEntries: number;
  requestBytes: number;
  entryBytes: number;
}

/** A bus that takes entries. Everything that differs from bus to bus is behind this interface. */
export interface EventBus {
  /** Its name in messages. */
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
