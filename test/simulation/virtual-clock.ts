import type { Clock } from '../../lib/simulator/clock.ts';

interface Appointment {
  at: number;
  order: number;
  action: (() => void) | undefined;
}

/** No run has more actions; one that reaches it makes no progress. */
const MAX_ACTIONS = 2_000_000;

/**
 * The time of a simulated world, in milliseconds since 1970. It passes only while `runUntil` runs, from one action to the
 * next. Between two actions all promises that can be resolved are resolved, as between two turns of an event loop.
 */
export class VirtualClock implements Clock {
  /** A binary heap: the next appointment is the first. */
  readonly #heap: Appointment[] = [];
  #time: number;
  #made = 0;
  #actions = 0;

  constructor(start = Date.parse('2026-03-01T09:00:00Z')) {
    this.#time = start;
  }

  get time(): number {
    return this.#time;
  }

  now(): Date {
    return new Date(this.#time);
  }

  after(ms: number, action: () => void): () => void {
    const appointment: Appointment = { at: this.#time + Math.max(0, ms), order: this.#made++, action };
    this.#push(appointment);
    return () => {
      appointment.action = undefined;
    };
  }

  /** Lets time pass until `end`. */
  async runUntil(end: number): Promise<void> {
    await turn();
    for (let next = this.#heap[0]; next && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      const { action, at } = next;
      if (!action) continue;
      this.#time = Math.max(this.#time, at);
      this.#actions += 1;
      if (this.#actions > MAX_ACTIONS) throw new Error(`the simulation makes no progress: ${MAX_ACTIONS} actions`);
      action();
      await turn();
    }
    this.#time = Math.max(this.#time, end);
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap;
    let at = heap.push(appointment) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(appointment, heap[parent] as Appointment)) break;
      heap[at] = heap[parent] as Appointment;
      at = parent;
    }
    heap[at] = appointment;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Appointment;
    if (heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const right = heap[child + 1];
      if (right && isBefore(right, heap[child] as Appointment)) child += 1;
      if (!isBefore(heap[child] as Appointment, last)) break;
      heap[at] = heap[child] as Appointment;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Appointment, b: Appointment): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Resolves when all promises are resolved that can be: Node takes the next tick after all microtasks. */
function turn(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
