import { createHash } from 'node:crypto';

/** Random numbers that a seed determines. Each use has a stream of its own, so that one use does not shift another. */
export class Random {
  #state: number;

  /** @param use names the stream */
  constructor(seed: number, use: string) {
    this.#state = createHash('sha256').update(`${seed}/${use}`).digest().readUInt32LE();
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('expected at least one element to pick from, got none');
    return list[this.between(0, list.length - 1)] as T;
  }

  uuid(): string {
    const hex = Array.from({ length: 4 }, () => (this.next() * 2 ** 32).toString(16).padStart(8, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}
