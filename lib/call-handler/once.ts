/** How many ids an environment remembers: a few minutes of a busy function's events, a few hundred kilobytes. */
const REMEMBERED = 5000;

/** Makes sure that an event is handled once across all Lambda environments. */
export interface OnceStore {
  /**
   * Runs work unless it was done for this id before. Failed work may be run again, so a retry is not a duplicate.
   * Rejects where another invocation is running the work: Lambda then retries, in case that one fails.
   *
   * @param remainingMs the time that the invocation has left: after it, another one may run the work. @default not known
   * @returns whether this call was the one that ran the work
   */
  run(id: string, work: () => Promise<void>, remainingMs?: number): Promise<boolean>;
}

/** Remembers ids within this process only. A repeat gets the first run's outcome. */
export class Once implements OnceStore {
  readonly #runs = new Map<string, Promise<void>>();

  async run(id: string, work: () => Promise<void>): Promise<boolean> {
    const earlier = this.#runs.get(id);
    if (earlier) {
      await earlier;
      return false;
    }
    const run = work();
    this.#runs.set(id, run);
    if (this.#runs.size > REMEMBERED) this.#runs.delete(this.#runs.keys().next().value as string);
    try {
      await run;
    } catch (error) {
      this.#runs.delete(id);
      throw error;
    }
    return true;
  }
}
