import type { JournalRecord } from './journal/index.ts';

/** After so many failed requests, a record goes alone. */
const SUSPECT_AFTER = 2;
/** A record may be the reason of its failures after it has failed alone so many times, and the bus accepted others each time. */
const FOUND_AFTER = 10;
/** It is the reason where a bus that fails at random would fail at it so often with no greater probability. */
const CHANCE = 1e-6;

interface Suspicion {
  failures: number;
  /** How many requests the bus had accepted and failed at before its first failure. */
  since: { accepted: number; failed: number };
  /** How often it failed alone, and the bus had accepted another request since its last failure. */
  evidence: number;
  /** How many requests the bus had accepted at its last failure. */
  acceptedThen: number;
}

/**
 * Finds the record that makes each request fail that contains it. A bus that cannot be reached looks the same, and so does
 * one that fails at many requests: failures count against a record only while the bus accepts others, and it takes the more
 * of them the more of the other requests fail.
 */
export class Suspects {
  readonly #suspicions = new Map<JournalRecord, Suspicion>();
  #accepted = 0;
  #failed = 0;

  /** Whether the record is to be sent alone. */
  has(record: JournalRecord): boolean {
    return (this.#suspicions.get(record)?.failures ?? 0) >= SUSPECT_AFTER;
  }

  /** Whether the record fails while the bus accepts others. */
  isBlamed(record: JournalRecord): boolean {
    return (this.#suspicions.get(record)?.evidence ?? 0) > 0;
  }

  /** A request was answered: the bus has accepted a record of it, or failed at all of them. */
  note(answer: 'accepted' | 'failed'): void {
    if (answer === 'accepted') this.#accepted += 1;
    else this.#failed += 1;
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
    const known = this.#suspicions.get(record) ?? {
      failures: 0,
      since: { accepted: this.#accepted, failed: this.#failed - 1 },
      evidence: 0,
      acceptedThen: this.#accepted,
    };
    known.failures += 1;
    if (isAlone && this.#accepted > known.acceptedThen) known.evidence += 1;
    known.acceptedThen = this.#accepted;
    this.#suspicions.set(record, known);
    return known.evidence >= FOUND_AFTER && this.#failingShare(known) ** known.evidence <= CHANCE;
  }

  /** The share of the other requests since the record's first failure that failed: at first a half, as nothing is known. */
  #failingShare({ failures, since }: Suspicion): number {
    const accepted = this.#accepted - since.accepted;
    const failed = Math.max(0, this.#failed - since.failed - failures);
    return (failed + 1) / (accepted + failed + 2);
  }
}
