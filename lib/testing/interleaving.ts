/** Something that waits for its turn. */
interface Step {
  /** When it came to wait, in the test's time. */
  since: number;
  go: () => void;
}

/** How long an event or a command is under way at most, in milliseconds of the test's time. */
const LONGEST_MS = 1000;

/**
 * Decides by a seed what happens next: which event reaches its handler, which command reaches Asterisk, which answer
 * comes back. The same seed decides the same.
 */
export class Interleaving {
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #steps: Step[] = [];

  constructor(seed: number, now: () => number) {
    this.#random = randomOf(seed);
    this.#now = now;
  }

  /** Resolves when it is the caller's turn. */
  turn(): Promise<void> {
    return new Promise((go) => this.#steps.push({ since: this.#now(), go }));
  }

  /** @returns whether there was a step to take */
  takeOne(): boolean {
    const [step] = this.#steps.splice(Math.floor(this.#random() * this.#steps.length), 1);
    step?.go();
    return step !== undefined;
  }

  /** Whether something would be under way for too long after so much time. */
  isOverdueIn(ms: number): boolean {
    return this.#steps.some(({ since }) => this.#now() + ms - since > LONGEST_MS);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }
}

/** Numbers from 0 to 1 (mulberry32), the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
