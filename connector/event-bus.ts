import type { BusEntry } from '../lib/events/entry.ts';

/** What became of one entry: on the bus, worth trying again, or refused for good. */
export type PutOutcome = { status: 'accepted' } | { status: 'retry' | 'rejected'; reason: string };

/** Where entries go. */
export interface EventBus {
  /** One outcome for each entry, in their order. Never rejects. */
  put(entries: readonly BusEntry[]): Promise<PutOutcome[]>;
  close(): void;
}
