import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../lib/ari/errors.ts';
import type { Log } from '../lib/log.ts';

/** An event that the bus will never accept. */
export interface DeadLetter {
  id: string;
  node: string;
  type?: string;
  reason: string;
  /** The entry, or the frame that could not become one. */
  content: string;
}

/** A queue that receives dead letters, besides the file. */
export interface DeadLetterQueue {
  send(letter: string): Promise<void>;
}

/** A larger file is renamed to `.old`, and replaces an earlier `.old` file. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;
/** SQS takes messages of up to 1 MiB. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
const QUEUE_ATTEMPTS = 5;
/** How many bytes of letters may wait for the queue. Letters beyond that are in the file only. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** Keeps events that the bus will never accept, with the reason: in a file beside the journal, and in a queue if there is one. */
export class DeadLetters {
  readonly #folder: string;
  readonly #queue: DeadLetterQueue | undefined;
  readonly #log: Log;
  #sending = Promise.resolve();
  #waitingBytes = 0;

  constructor(folder: string, queue: DeadLetterQueue | undefined, log: Log) {
    this.#folder = folder;
    this.#queue = queue;
    this.#log = log;
  }

  get #file(): string {
    return join(this.#folder, 'dead-letters.jsonl');
  }

  keep(letter: DeadLetter): void {
    const line = JSON.stringify({ time: new Date().toISOString(), ...letter });
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      appendFileSync(this.#file, `${line}\n`, { mode: 0o600 });
      if (statSync(this.#file).size > MAX_FILE_BYTES) this.#setAside();
    } catch (error) {
      this.#log.error(`A dead letter cannot be written to ${this.#file}: ${reasonOf(error)}`, { id: letter.id });
    }
    if (this.#queue) this.#enqueue(letter.id, line);
  }

  /** Resolves when no letter waits for the queue. */
  idle(): Promise<void> {
    return this.#sending;
  }

  #setAside(): void {
    const old = `${this.#file}.old`;
    if (existsSync(old)) this.#log.error(`${this.#file} is full: it replaces the earlier dead letters in ${old}`);
    renameSync(this.#file, old);
  }

  #enqueue(id: string, line: string): void {
    const size = Buffer.byteLength(line);
    if (size > MAX_MESSAGE_BYTES) {
      this.#log.error(`A dead letter of ${size} bytes is too large for the queue: it is in ${this.#file} only`, { id });
    } else if (this.#waitingBytes + size > MAX_WAITING_BYTES) {
      this.#log.error(`Too many dead letters wait for the queue: this one is in ${this.#file} only`, { id });
    } else {
      this.#waitingBytes += size;
      this.#sending = this.#sending
        .then(() => this.#send(id, line))
        .then(() => {
          this.#waitingBytes -= size;
        });
    }
  }

  async #send(id: string, line: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#queue?.send(line);
        return;
      } catch (error) {
        if (attempt === QUEUE_ATTEMPTS) {
          this.#log.error(`A dead letter could not be sent to the queue: ${reasonOf(error)}. It is in ${this.#file}.`, {
            id,
          });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * 2 ** attempt));
      }
    }
  }
}
