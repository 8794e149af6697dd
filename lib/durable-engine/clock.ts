/** What tells the engine the time, and lets it act later. The clocks of the simulator have this shape. */
export interface EngineClock {
  now(): Date;
  /** @returns a function that takes the action back */
  after(ms: number, action: () => void): () => void;
}

/** Node counts a timer's delay in 31 bits; a longer one would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Real time. Its timers do not keep a process alive. */
export const systemClock: EngineClock = {
  now: () => new Date(),
  after: (ms, action) => {
    let rest = ms;
    let timer: NodeJS.Timeout;
    const start = (): void => {
      const part = Math.min(rest, LONGEST_TIMER_MS);
      rest -= part;
      timer = setTimeout(() => (rest > 0 ? start() : action()), part);
      timer.unref();
    };
    start();
    return () => clearTimeout(timer);
  },
};
