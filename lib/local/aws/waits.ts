/**
 * AWS's waits before it tries again, shortened: nobody waits a minute at a laptop. What counts time as AWS does
 * (the age of an event) adds what was left out.
 */
export class AwsWaits {
  readonly #speedup: number;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param speedup how many times shorter than AWS's the waits are */
  constructor(speedup: number) {
    this.#speedup = speedup;
  }

  /** How long a wait of AWS's lasts here, in milliseconds. */
  here(awsMs: number): number {
    return awsMs / this.#speedup;
  }

  /** Calls `then` after what is `awsMs` on AWS. */
  after(awsMs: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, this.here(awsMs));
    this.#timers.add(timer);
  }

  /** Nothing that waits is done any more. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** How old something is as AWS would see it: the waits count at their full length. */
export class AwsAge {
  readonly #since = Date.now();
  #leftOutMs = 0;

  get ms(): number {
    return Date.now() - this.#since + this.#leftOutMs;
  }

  /** A wait was, or will be, shorter than on AWS. */
  waited(awsMs: number, hereMs: number): void {
    this.#leftOutMs += awsMs - hereMs;
  }

  /** The moment, in epoch milliseconds here, at which it is this old. */
  reaches(ms: number): number {
    return this.#since + ms - this.#leftOutMs;
  }
}
