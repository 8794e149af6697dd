import type { JournalRecord } from './journal/index.ts';

/** After so many failed requests, a record goes alone. */
const SUSPECT_AFTER = 2;
/** A record that failed alone so many times, while the bus accepted others each time, is the reason of the failures. */
const FOUND_AFTER = 10;

interface Suspicion {
  failures: number;
  /** How often it failed alone, and the bus had accepted another request since its last failure. */
  evidence: number;
  /** How many requests the bus had accepted at its last failure. */
  acceptedThen: number;
}

/**
 * Finds the record that makes each request fail that contains it. A bus that cannot be reached looks the same, so that
 * failures count against a record only while the bus accepts others.
 */
export class Suspects {
  readonly #suspicions = new Map<JournalRecord, Suspicion>();
  #accepted = 0;

  /** Whether the record is to be sent alone. */
  has(record: JournalRecord): boolean {
    return (this.#suspicions.get(record)?.failures ?? 0) >= SUSPECT_AFTER;
  }

  /** Whether the record fails while the bus accepts others. */
  isBlamed(record: JournalRecord): boolean {
    return (this.#suspicions.get(record)?.evidence ?? 0) > 0;
  }

  /** The bus has accepted a record of a request. */
  noteAccepted(): void {
    this.#accepted += 1;
  }

  /** The record has its outcome. */
  forget(record: JournalRecord): void {
    if (this.#suspicions.size > 0) this.#suspicions.delete(record);
  }

  /**
   * The request that contained the record failed.
   *
   * @returns whether the record is the reason
   */
  failed(record: JournalRecord, isAlone: boolean): boolean {
    const known = this.#suspicions.get(record) ?? { failures: 0, evidence: 0, acceptedThen: this.#accepted };
    known.failures += 1;
    if (isAlone && this.#accepted > known.acceptedThen) known.evidence += 1;
    known.acceptedThen = this.#accepted;
    this.#suspicions.set(record, known);
    return known.evidence >= FOUND_AFTER;
  }
}
