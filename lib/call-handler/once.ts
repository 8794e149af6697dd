/** How many ids an environment remembers: minutes of a busy function's events, a few hundred kilobytes. */
const REMEMBERED = 5000;

/** Sees to it that an event is handled once, whichever Lambda environments it is delivered to. */
export interface OnceStore {
  /**
   * Runs work unless it was done for this id before. Work that failed may be run again, so that a retry is no
   * duplicate. Rejects where the same work is under way elsewhere: Lambda then tries again, should that one fail.
   *
   * @returns whether this call was the one that ran the work
   */
  run(id: string, work: () => Promise<void>): Promise<boolean>;
}

/** Remembers within this process only. A repeat gets the first run's outcome. */
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
