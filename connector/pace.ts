import { Backoff, type BackoffBounds } from './backoff.ts';

/** How long nothing is sent after a request of which the bus accepted nothing. */
const REFUSED_BACKOFF: BackoffBounds = { baseMs: 50, capMs: 250 };
/** The lowest limit: a request, and then nothing for nearly twenty times as long. */
const LOWEST = 0.05;
/** The longest pause between two requests of which the bus accepts something. */
const LONGEST_PAUSE_MS = 20;

/**
 * How many requests may be in flight: as many as the bus accepts. Each throttled entry lowers the limit, each request
 * without one raises it a little. Below 1 it means one request at a time, with pauses in between.
 */
export class Pace {
  readonly #most: number;
  readonly #refused: Backoff;
  #limit: number;

  constructor(most: number, bounds = REFUSED_BACKOFF) {
    this.#most = most;
    this.#limit = most;
    this.#refused = new Backoff(bounds);
  }

  /** Requests in flight at the most, from 1. */
  get concurrency(): number {
    return Math.max(1, Math.floor(this.#limit));
  }

  /** One request at a time. */
  restart(): void {
    this.#limit = Math.min(1, this.#limit);
  }

  /**
   * Takes note of an answered request.
   *
   * @param throttled how many of its `entries` were throttled
   * @param tookMs how long it took, in milliseconds
   * @returns how long to send nothing, in milliseconds
   */
  answered(throttled: number, entries: number, tookMs: number): number {
    // Of two connectors at one bus, the one that has got a place would try again before the other, and get the next one too.
    if (throttled === 0) this.#refused.reset();
    if (throttled > 0) this.#limit = Math.max(LOWEST, this.#limit * (1 - throttled / entries / 4));
    else this.#limit = this.#limit < 1 ? this.#limit * 1.25 : Math.min(this.#most, this.#limit + 1 / this.#limit);
    if (throttled === entries) return this.#refused.next();
    return this.#limit < 1 ? Math.min(LONGEST_PAUSE_MS, tookMs * (1 / this.#limit - 1)) : 0;
  }
}
