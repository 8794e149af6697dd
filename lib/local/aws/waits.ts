/**
 * AWS's waits between attempts, shortened: on a development machine nobody waits a minute for a retry. The age of an
 * event counts the waits at their full length.
 */
export class AwsWaits {
  readonly #hurry: number;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param hurry how many times shorter than AWS's the waits are */
  constructor(hurry: number) {
    this.#hurry = hurry;
  }

  /** How long a wait of AWS's lasts here, in milliseconds. */
  here(awsMs: number): number {
    return awsMs / this.#hurry;
  }

  /** Calls `then` after a wait that lasts `awsMs` on AWS. */
  after(awsMs: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, this.here(awsMs));
    this.#timers.add(timer);
  }

  /** Cancels all pending waits. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** The age of something as AWS would count it: waits count at their full length. */
export class AwsAge {
  readonly #since = Date.now();
  #leftOutMs = 0;

  get ms(): number {
    return Date.now() - this.#since + this.#leftOutMs;
  }

  /** Records a wait that is shorter here than on AWS. */
  waited(awsMs: number, hereMs: number): void {
    this.#leftOutMs += awsMs - hereMs;
  }

  /** The moment, in epoch milliseconds here, at which it is this old. */
  reaches(ms: number): number {
    return this.#since + ms - this.#leftOutMs;
  }
}
