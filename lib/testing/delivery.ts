import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { CallEvent, CallEventEnvelope } from '../events/call-event.ts';
import type { Environments } from './environments.ts';
import type { Interleaving } from './interleaving.ts';

/**
 * How an event reaches its handler. EventBridge delivers at least once, in any order:
 *
 *  - `once`: the normal case;
 *  - `twice`: two times in a row;
 *  - `after the next`: after the following event of its channel, or when `release` is called;
 *  - `held`: not before `release` is called;
 *  - `never`: it is lost.
 */
export type Delivery = 'once' | 'twice' | 'after the next' | 'held' | 'never';

export interface CourierOptions {
  /** The environments of an event's handler, where there is one. */
  environmentsOf: (envelope: CallEventEnvelope) => Environments | undefined;
  /** @param position its number among the events that have a handler, from 0 */
  deliveryOf: (event: CallEvent, position: number) => Delivery;
  /** Commands of handlers: how many Asterisk has not answered yet, and a number that grows with each step of one. */
  commands: { readonly underWay: number; readonly steps: number };
  /** Invocations that events do not start: whether one goes on by itself, and failures that nobody has seen. */
  others?: { readonly isBusy: boolean; readonly failures: Error[] } | undefined;
  /** Decides what happens next, where events are handled at the same time. @default one after the other */
  interleaving?: Interleaving | undefined;
}

/** Lambda makes at most three attempts at an event. */
const ATTEMPTS = 3;
/** How likely the caller acts before what is under way goes on. */
const ACTS_NEXT = 0.15;

/**
 * Delivers events to their handlers: one after the other, as when nothing is late, or at the same time. A handler whose
 * command waits for Asterisk (behind a playback) does not delay the next event.
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #queue: CallEventEnvelope[] = [];
  /** Events that wait for the next one of their channel. */
  readonly #swapped = new Map<string | undefined, CallEventEnvelope>();
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
    if (!this.#options.environmentsOf(envelope)) return;
    const delivery = this.#options.deliveryOf(envelope.detail, this.#handled++);
    const { channelId } = envelope.detail.metadata;
    const before = this.#swapped.get(channelId);
    if (delivery === 'after the next' && !before) this.#swapped.set(channelId, envelope);
    else if (delivery === 'held') this.#held.push(envelope);
    else if (delivery !== 'never') {
      this.#swapped.delete(channelId);
      this.#push(envelope, ...(delivery === 'twice' ? [envelope] : []), ...(before ? [before] : []));
    }
  }

  /** Delivers an event, even if it was delivered before. */
  again(envelope: CallEventEnvelope): void {
    this.#push(envelope);
  }

  /** Delivers the held events, in their order. */
  release(): void {
    const swapped = [...this.#swapped.values()];
    this.#swapped.clear();
    this.#push(...swapped, ...this.#held.splice(0));
  }

  /**
   * Resolves when all events are delivered, and each handler is done or waits for Asterisk.
   *
   * @throws what a handler threw at its last attempt
   */
  async settled(): Promise<void> {
    await this.#goOn(() => true);
  }

  /** Lets some of what is under way happen, or all of it where nothing happens at the same time. */
  async someSteps(): Promise<void> {
    const { interleaving } = this.#options;
    await this.#goOn(() => !interleaving?.chance(ACTS_NEXT));
  }

  /** Lets happen what would be under way for too long after so much time. */
  async catchUp(ms: number): Promise<void> {
    const { interleaving } = this.#options;
    if (interleaving) await this.#goOn(() => interleaving.isOverdueIn(ms));
  }

  async #goOn(goesOn: () => boolean): Promise<void> {
    for (;;) {
      await this.#quiet();
      if (!goesOn() || !this.#takeOne()) break;
    }
    const [failure] = [...this.#failures.splice(0), ...(this.#options.others?.failures.splice(0) ?? [])];
    if (failure !== undefined) throw failure;
  }

  #takeOne(): boolean {
    if (this.#options.interleaving) return this.#options.interleaving.takeOne();
    const next = this.#queue.shift();
    if (next) void this.#deliver(next);
    return next !== undefined;
  }

  #push(...envelopes: CallEventEnvelope[]): void {
    const { interleaving } = this.#options;
    if (!interleaving) this.#queue.push(...envelopes);
    else for (const envelope of envelopes) void interleaving.turn().then(() => this.#deliver(envelope));
  }

  async #deliver(envelope: CallEventEnvelope): Promise<void> {
    const environments = this.#options.environmentsOf(envelope);
    this.#running += 1;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        await environments?.run((handler) => handler(envelope));
        break;
      } catch (error) {
        if (attempt < ATTEMPTS) continue;
        this.#failures.push(error);
        this.deadLetters.push(envelope);
      }
    }
    this.#running -= 1;
  }

  /**
   * Commands are answered within a turn of the event loop, except those that wait: for their turn, or in a channel's queue.
   * A handler may go on while one of its commands waits: then others are sent or answered.
   */
  async #quiet(): Promise<void> {
    const { commands, others } = this.#options;
    for (let quietTurns = 0; quietTurns < 2; ) {
      const { steps } = commands;
      // What goes on by itself may wait for a timer of Node.
      await (others?.isBusy ? pause(1) : turn());
      const waits = commands.underWay >= this.#running && commands.steps === steps && !others?.isBusy;
      quietTurns = waits ? quietTurns + 1 : 0;
    }
  }
}
