/**
 * What became of one entry:
 *
 *  - `accepted`: it is on the bus;
 *  - `rejected`: refused for good;
 *  - `throttled`: the bus wants fewer of them for now;
 *  - `failed`: the bus failed at this entry, and may take it the next time;
 *  - `unavailable`: the request as a whole got nowhere, and the next one will not either.
 */
export type PutOutcome =
  | { status: 'accepted' }
  | { status: 'rejected' | 'throttled' | 'failed' | 'unavailable'; reason: string };

/** Where entries go. Another bus is another implementation of this. */
export interface EventBus {
  /**
   * @param entries 1 to 10, each the JSON of a PutEvents entry without `EventBusName`
   * @returns one outcome for each entry, in their order; never rejects
   */
  put(entries: readonly Buffer[]): Promise<PutOutcome[]>;
  close(): void;
}
