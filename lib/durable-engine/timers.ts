import type { EngineClock } from './clock.ts';

/** What is due later, by the operation that it belongs to. */
export class Timers {
  readonly #clock: EngineClock;
  readonly #timers = new Map<string, Map<string, () => void>>();

  constructor(clock: EngineClock) {
    this.#clock = clock;
  }

  /** Replaces what is due for this owner and purpose. */
  set(owner: string, purpose: string, seconds: number, action: () => void): void {
    const timers = this.#timers.get(owner) ?? new Map<string, () => void>();
    this.#timers.set(owner, timers);
    timers.get(purpose)?.();
    timers.set(
      purpose,
      this.#clock.after(seconds * 1000, () => {
        timers.delete(purpose);
        action();
      }),
    );
  }

  clear(owner: string): void {
    for (const cancel of this.#timers.get(owner)?.values() ?? []) cancel();
    this.#timers.delete(owner);
  }

  clearAll(): void {
    for (const owner of [...this.#timers.keys()]) this.clear(owner);
  }
}
