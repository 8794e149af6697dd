const FIRST_MS = 30_000;
const LONGEST_MS = 10 * 60_000;

/**
 * How long the connector leaves an app to a program that is not a connector: 30 s, and twice as long each time such a
 * program takes the app again, up to 10 minutes. Two programs that each take it back at once would disturb every call.
 */
export class TakeBacks {
  /** By app: the last wait, and when it ended with the app taken back, in epoch milliseconds. */
  readonly #last = new Map<string, { waitMs: number; endedAt: number }>();

  /** How long to wait before the app is taken back, in milliseconds. */
  waitFor(app: string): number {
    const last = this.#last.get(app);
    if (!last || Date.now() - last.endedAt > LONGEST_MS) return FIRST_MS;
    return Math.min(2 * last.waitMs, LONGEST_MS);
  }

  /** Notes that the app was taken back after this wait. */
  ended(app: string, waitMs: number): void {
    this.#last.set(app, { waitMs, endedAt: Date.now() });
  }
}
