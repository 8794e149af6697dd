/** What tells the simulator the time, and lets it act later. */
export interface Clock {
  now(): Date;
  /** @returns a function that takes the action back */
  after(ms: number, action: () => void): () => void;
}

/**
 * The system clock.
 *
 * @param speed how many times sooner than asked for actions happen. @default 1
 */
export function wallClock(speed = 1): Clock {
  return {
    now: () => new Date(),
    after: (ms, action) => {
      const timer = setTimeout(action, ms / speed);
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that stands still until `advance` moves it. */
export class ManualClock implements Clock {
  #ms: number;
  #appointments: { at: number; action: () => void }[] = [];

  constructor(start = new Date('2026-01-01T09:00:00Z')) {
    this.#ms = start.getTime();
  }

  now(): Date {
    return new Date(this.#ms);
  }

  after(ms: number, action: () => void): () => void {
    const appointment = { at: this.#ms + ms, action };
    this.#appointments.push(appointment);
    return () => {
      this.#appointments = this.#appointments.filter((other) => other !== appointment);
    };
  }

  /** How long until the next action, in milliseconds; `undefined` where none is due. */
  get untilNext(): number | undefined {
    if (this.#appointments.length === 0) return undefined;
    return Math.max(0, Math.min(...this.#appointments.map(({ at }) => at)) - this.#ms);
  }

  /** Lets time pass, and what is due then happen, in its order. */
  advance(ms: number): void {
    const end = this.#ms + ms;
    for (;;) {
      // Sorting keeps the order of what is due at the same time.
      const [next] = this.#appointments.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (!next) break;
      this.#appointments = this.#appointments.filter((other) => other !== next);
      this.#ms = Math.max(this.#ms, next.at);
      next.action();
    }
    this.#ms = end;
  }
}
