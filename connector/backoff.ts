/** Bounds of a delay, in milliseconds. */
export interface BackoffBounds {
  /** The bound of the first delay. */
  baseMs: number;
  /** The bound that no delay exceeds. */
  capMs: number;
}

/**
 * Delays between attempts: each is random between 0 and a bound that doubles with every attempt ("full jitter"), so that
 * clients that failed at the same time do not try again at the same time.
 */
export class Backoff {
  readonly #bounds: BackoffBounds;
  #attempts = 0;

  constructor(bounds: BackoffBounds) {
    this.#bounds = bounds;
  }

  /** How many delays were given since the last reset. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The delay before the next attempt, in milliseconds. */
  next(): number {
    const { baseMs, capMs } = this.#bounds;
    const bound = Math.min(capMs, baseMs * 2 ** Math.min(this.#attempts, 30));
    this.#attempts += 1;
    return Math.random() * bound;
  }

  reset(): void {
    this.#attempts = 0;
  }
}
