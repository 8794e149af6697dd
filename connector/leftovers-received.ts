import { reasonOf } from '../lib/ari/errors.ts';
import type { Log } from '../lib/log.ts';
import type { JournalRecord } from './journal/index.ts';
import { type LeftoverContent, readLeftovers } from './leftover-message.ts';
import type { LeftoverQueue, QueueMessage } from './leftover-queue.ts';

/** How often an empty queue is asked, in milliseconds. */
const POLL_MS = 10_000;
/** How long a message is hidden from other connectors, in seconds: so long it waits where this one is killed. */
const HIDDEN_SECONDS = 60;
/** How often it is hidden again while its records are not settled, in milliseconds. */
const HIDE_AGAIN_MS = 20_000;
/** How often the log repeats that the queue cannot be read. */
const REMIND_MS = 600_000;

export interface LeftoversReceivedOptions {
  queue: LeftoverQueue;
  /** Whether the bus accepts records now: until it does, they are safer in the queue. */
  isReady(): boolean;
  /** A record to publish. */
  onRecord(record: JournalRecord): void;
  /** So many events of a node were lost. */
  onDropped(node: string, count: number): void;
  log: Log;
  /** @default 10000 */
  pollMs?: number;
}

/**
 * Publishes what stopped connectors have left in the queue, a message at a time. A message is hidden from other connectors
 * until all its records are settled, and then removed. Where this connector ends before, another one gets it: at once where
 * this one gives it back, else when it is no longer hidden.
 */
export class LeftoversReceived {
  readonly #options: LeftoversReceivedOptions;
  /** Ids of the message's records that are not settled. */
  readonly #open = new Set<string>();
  /** The message that is being published. */
  #message: QueueMessage | undefined;
  #hiding: NodeJS.Timeout | undefined;
  #whenSettled: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LeftoversReceivedOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#takeAll();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Gives the message that is not published back to the queue, for another connector. */
  async giveBack(): Promise<void> {
    const message = this.#release();
    if (message) await this.#hide(message, 0);
  }

  /** Whether the record is still in the queue. */
  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** The record has its outcome. */
  settled(id: string): void {
    if (this.#open.delete(id) && this.#open.size === 0) this.#whenSettled?.();
  }

  async #takeAll(): Promise<void> {
    while (!this.#stopped && (await this.#takeOne()));
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#takeAll(), this.#options.pollMs ?? POLL_MS);
    this.#timer.unref();
  }

  /** @returns whether there was a message */
  async #takeOne(): Promise<boolean> {
    const { queue, isReady } = this.#options;
    if (!isReady()) return false;
    try {
      const message = await queue.receive(HIDDEN_SECONDS);
      if (!message) return false;
      if (this.#stopped) {
        await this.#hide(message, 0);
        return false;
      }
      await this.#publish(message);
      return true;
    } catch (error) {
      this.#warn(error);
      return false;
    }
  }

  async #publish(message: QueueMessage): Promise<void> {
    const { onRecord, onDropped, log } = this.#options;
    let content: LeftoverContent;
    try {
      content = readLeftovers(message.body);
    } catch (error) {
      log.error(`A message in the queue of leftovers is removed, as a connector did not write it: ${reasonOf(error)}`);
      await message.remove();
      return;
    }
    if ('dropped' in content) {
      for (const [node, count] of Object.entries(content.dropped)) onDropped(node, count);
    } else {
      const { records } = content;
      log.info('Publishing events that a stopped connector has left', { events: records.length });
      for (const { id } of records) this.#open.add(id);
      const settled = new Promise<void>((resolve) => {
        this.#whenSettled = resolve;
      });
      this.#message = message;
      this.#hiding = setInterval(() => void this.#hide(message, HIDDEN_SECONDS), HIDE_AGAIN_MS);
      this.#hiding.unref();
      for (const record of records) onRecord(record);
      await settled;
      this.#release();
    }
    await message.remove();
  }

  #release(): QueueMessage | undefined {
    const message = this.#message;
    this.#message = undefined;
    clearInterval(this.#hiding);
    return message;
  }

  async #hide(message: QueueMessage, seconds: number): Promise<void> {
    try {
      await message.hide(seconds);
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    if (Date.now() - this.#warnedAt <= REMIND_MS) return;
    this.#options.log.error(`Cannot read the queue of events that stopped connectors have left: ${reasonOf(error)}`);
    this.#warnedAt = Date.now();
  }
}
