import { setImmediate as turn } from 'node:timers/promises';
import type { CallHandler } from '../call-handler/call-handler.ts';
import type { CallEvent, CallEventEnvelope } from '../events/call-event.ts';

/**
 * How an event reaches its handler. EventBridge delivers at least once, in any order:
 *
 *  - `once`: the normal case;
 *  - `twice`: two times in a row;
 *  - `after the next`: after the following event, or when `release` is called;
 *  - `held`: not before `release` is called;
 *  - `never`: it is lost.
 */
export type Delivery = 'once' | 'twice' | 'after the next' | 'held' | 'never';

export interface CourierOptions {
  /** The handler of an event, where there is one. */
  handlerOf: (event: CallEvent) => CallHandler | undefined;
  /** @param position its number among the events that have a handler, from 0 */
  deliveryOf: (event: CallEvent, position: number) => Delivery;
  /** Commands of handlers that Asterisk has not answered yet. */
  commandsUnderWay: () => number;
}

/** Lambda makes at most three attempts at an event. */
const ATTEMPTS = 3;

/**
 * Delivers events to their handlers one after the other, as when nothing is late. A handler whose command waits for
 * Asterisk (behind a playback) does not delay the next event.
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #queue: CallEventEnvelope[] = [];
  #swapped: CallEventEnvelope[] = [];
  #held: CallEventEnvelope[] = [];
  #running = 0;
  #handled = 0;
  /** Failures that no `settled` has thrown yet. */
  #failures: unknown[] = [];
  /** Events that failed at the last attempt. */
  readonly deadLetters: CallEventEnvelope[] = [];

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  take(envelope: CallEventEnvelope): void {
    if (!this.#options.handlerOf(envelope.detail)) return;
    const delivery = this.#options.deliveryOf(envelope.detail, this.#handled++);
    if (delivery === 'after the next') this.#swapped.push(envelope);
    else if (delivery === 'held') this.#held.push(envelope);
    else if (delivery !== 'never') {
      this.#queue.push(envelope, ...(delivery === 'twice' ? [envelope] : []), ...this.#swapped.splice(0));
    }
  }

  /** Delivers an event, even if it was delivered before. */
  again(envelope: CallEventEnvelope): void {
    this.#queue.push(envelope);
  }

  /** Delivers the held events, in their order. */
  release(): void {
    this.#queue.push(...this.#swapped.splice(0), ...this.#held.splice(0));
  }

  /**
   * Resolves when all events are delivered, and each handler is done or waits for Asterisk.
   *
   * @throws what a handler threw at its last attempt
   */
  async settled(): Promise<void> {
    for (;;) {
      await this.#quiet();
      const next = this.#queue.shift();
      if (!next) break;
      void this.#deliver(next);
    }
    const [failure] = this.#failures.splice(0);
    if (failure !== undefined) throw failure;
  }

  async #deliver(envelope: CallEventEnvelope): Promise<void> {
    const handler = this.#options.handlerOf(envelope.detail);
    this.#running += 1;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        await handler?.(envelope);
        break;
      } catch (error) {
        if (attempt < ATTEMPTS) continue;
        this.#failures.push(error);
        this.deadLetters.push(envelope);
      }
    }
    this.#running -= 1;
  }

  /** Commands are answered within a turn of the event loop, except those that wait in a channel's queue. */
  async #quiet(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 2; ) {
      await turn();
      quietTurns = this.#options.commandsUnderWay() >= this.#running ? quietTurns + 1 : 0;
    }
  }
}
