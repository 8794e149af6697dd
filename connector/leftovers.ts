import type { Log } from '../lib/log.ts';
import type { Journal, JournalRecord } from './journal/index.ts';
import type { LeftoverQueue } from './leftover-queue.ts';
import { LeftoversReceived } from './leftovers-received.ts';
import { handOver } from './leftovers-sent.ts';
import type { Losses } from './losses.ts';
import type { Publisher } from './publisher.ts';

/** How much of the time to stop is for the hand-over, at the most. */
const HAND_OVER_MS = 10_000;

export interface LeftoversOptions {
  queue: LeftoverQueue;
  /** Names this connector. */
  sender: string;
  journal: Journal;
  publisher: Publisher;
  losses: Losses;
  log: Log;
}

/** Events that a connector could not publish when it was stopped: takes those of others, and hands over its own. */
export class Leftovers {
  readonly #options: LeftoversOptions;
  readonly #received: LeftoversReceived;

  constructor(options: LeftoversOptions) {
    const { queue, journal, publisher, losses, log } = options;
    this.#options = options;
    this.#received = new LeftoversReceived({
      queue,
      isReady: () => publisher.stalled === undefined,
      onRecord: (record) => journal.append(record),
      onDropped: (node, count) => losses.announceAbandoned(node, count),
      log,
    });
  }

  start(): void {
    this.#received.start();
  }

  /** The record is published, rejected or dropped. */
  settled(id: string): void {
    this.#received.settled(id);
  }

  /** Takes no more. @returns how much of the time to stop is to be left for `handOver`, in milliseconds */
  stop(limitMs: number): number {
    this.#received.stop();
    return Math.min(HAND_OVER_MS, limitMs / 2);
  }

  /** Hands over what is not published, until a time in epoch milliseconds; counts the rest as dropped. */
  async handOver(until: number): Promise<void> {
    const { queue, sender, journal, publisher, losses, log } = this.#options;
    publisher.stop();
    const givenBack = this.#received.giveBack();
    const settle = (record: JournalRecord): void => journal.settle(record);
    const dropped = losses.unannounced;
    const { sent, left } = await handOver(this.#own(), { queue, sender, until, settle, dropped, log });
    log.warn('Events were not published in time: they are in the queue for another connector', { events: sent });
    for (const [node, count] of left) losses.abandon(node, count);
    await givenBack;
  }

  /** Those that came from the queue are still in it. */
  *#own(): Generator<JournalRecord> {
    const { journal } = this.#options;
    for (const record of journal.leftovers()) {
      if (this.#received.has(record.id)) journal.settle(record);
      else yield record;
    }
  }
}
