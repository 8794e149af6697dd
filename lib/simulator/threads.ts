import type { Clock } from './clock.ts';

/**
 * What one thread of Asterisk does: a generator that gives up the processor by yielding the signal that it waits for.
 * After a signal it looks for itself whether what it waits for has come.
 */
export type Thread<T = void> = Generator<Signal, T, void>;

/** Something that threads wait for. */
export class Signal {
  #waiting: Generator[] = [];
  readonly #threads: Threads;

  constructor(threads: Threads) {
    this.#threads = threads;
  }

  /** Lets all go on that wait. */
  notify(): void {
    for (const thread of this.#waiting.splice(0)) this.#threads.ready(thread);
  }

  /** Called by the scheduler alone. */
  wait(thread: Generator): void {
    this.#waiting.push(thread);
  }
}

/** What takes no time, as a part of a thread. */
export function* atOnce<T>(action: () => T): Thread<T> {
  const nothing: Signal[] = [];
  yield* nothing;
  return action();
}

/** Runs threads one at a time, in the order in which they became ready, until all of them wait. */
export class Threads {
  #ready: Generator[] = [];
  #running = false;
  #stopped = false;

  signal(): Signal {
    return new Signal(this);
  }

  /** Lets those go first that are ready by now. */
  turn(): Signal {
    const signal = this.signal();
    this.start(
      (function* () {
        yield* [];
        signal.notify();
      })() as Thread,
    );
    return signal;
  }

  start(thread: Thread<unknown>): void {
    this.ready(thread);
  }

  ready(thread: Generator): void {
    if (this.#ready.length === 0 && !this.#running) queueMicrotask(() => this.run());
    this.#ready.push(thread);
  }

  /** Does something, and then all that comes of it at once. */
  act<T>(action: () => T): T {
    const result = action();
    this.run();
    return result;
  }

  run(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let thread = this.#ready.shift(); thread && !this.#stopped; thread = this.#ready.shift()) {
        const { done, value } = thread.next();
        if (!done) (value as Signal).wait(thread);
      }
    } finally {
      this.#running = false;
    }
  }

  /** Nothing goes on after this. */
  stop(): void {
    this.#stopped = true;
    this.#ready = [];
  }
}

/** A clock whose appointments are kept by threads. */
export function threadedClock(clock: Clock, threads: Threads): Clock {
  return { now: () => clock.now(), after: (ms, action) => clock.after(ms, () => threads.act(action)) };
}

/**
 * Waits until something holds.
 *
 * @param limitMs how long at most. @default for ever
 * @returns whether it holds
 */
export function* waitUntil(holds: () => boolean, signal: Signal, clock: Clock, limitMs?: number): Thread<boolean> {
  let over = false;
  const cancel =
    limitMs === undefined
      ? () => {}
      : clock.after(limitMs, () => {
          over = true;
          signal.notify();
        });
  while (!over && !holds()) yield signal;
  cancel();
  return holds();
}
