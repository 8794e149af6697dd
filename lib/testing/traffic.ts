import type { Interleaving } from './interleaving.ts';

/** Requests that a test's functions send to what stands for AWS. */
export class Traffic {
  readonly #interleaving: Interleaving | undefined;
  /** How many have no answer yet. */
  underWay = 0;
  /** How many were sent and answered so far, together. */
  steps = 0;

  /** @param interleaving decides when a request arrives, and its answer. @default at once */
  constructor(interleaving?: Interleaving) {
    this.#interleaving = interleaving;
  }

  /** Sends one. */
  async request<T>(work: () => T | Promise<T>): Promise<T> {
    return this.counted(async () => {
      await this.#interleaving?.turn();
      const answer = await work();
      await this.#interleaving?.turn();
      return answer;
    });
  }

  /** Counts one that takes its own turns. */
  async counted<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    this.steps += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      this.steps += 1;
    }
  }
}
