/** How many ids an environment remembers: minutes of a busy function's events, a few hundred kilobytes. */
const REMEMBERED = 5000;

/**
 * Runs work once for each id. A repeat gets the first run's outcome; work that failed may be run again, so that
 * a retry is no duplicate. Remembers within this process only.
 */
export class Once {
  readonly #runs = new Map<string, Promise<void>>();

  /** @returns whether this call was the one that ran the work. */
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
