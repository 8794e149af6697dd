import type { ServerResponse } from 'node:http';
import type { PhoneCall } from '../phone.ts';
import type { Trace } from '../trace/index.ts';
import type { Step } from '../trace/step.ts';

/** The part of a phone that the page shows. */
export interface PhoneState {
  /** The extensions that can be called. */
  readonly extensions: readonly string[];
  /** The active calls. */
  readonly calls: readonly PhoneCall[];
}

/** A message to the page, one Server-Sent Event each. */
export interface FeedMessage {
  /** The page drops its steps: all kept steps follow. */
  reset?: true;
  /** New and changed steps. */
  steps: Step[];
  /** How many of the oldest steps were dropped. */
  dropped: number;
  /** Present with a simulated Asterisk only, and only when it has changed. */
  phone?: PhoneState;
}

/** Changes are collected this long: many steps, one message. */
const GATHER_MS = 50;
/** Steps of one message. */
const BATCH = 500;
/** How often the phone's calls are checked: a call may end without a step. */
const BEAT_MS = 1000;

/**
 * Sends one page the steps of the trace, and then every change. A page that reads slowly gets the newest state of each
 * step later; nothing is queued for it.
 */
export class Feed {
  readonly #response: ServerResponse;
  readonly #trace: Trace;
  readonly #phone: PhoneState | undefined;
  readonly #pending = new Set<number>();
  readonly #unsubscribe: () => void;
  readonly #beat: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  /** The page has not read what was sent. */
  #isFull = false;
  #isClosed = false;
  #isFirst = true;
  #phoneSent = '';
  #droppedSent = 0;

  constructor(response: ServerResponse, trace: Trace, phone?: PhoneState) {
    this.#response = response;
    this.#trace = trace;
    this.#phone = phone;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const { number } of trace.steps) this.#pending.add(number);
    this.#unsubscribe = trace.subscribe(({ number }) => {
      this.#pending.add(number);
      this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
    });
    this.#beat = setInterval(() => this.flush(), BEAT_MS);
    response.on('drain', () => {
      if (this.#isClosed) return;
      this.#isFull = false;
      this.flush();
    });
    response.on('close', () => this.close());
    this.flush();
  }

  /** Sends changes for as long as the page reads them. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (!this.#isFull && !this.#isClosed) {
      const message = this.#next();
      if (!message) return;
      this.#isFull = !this.#response.write(`data: ${JSON.stringify(message)}\n\n`);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    clearInterval(this.#beat);
    clearTimeout(this.#timer);
    this.#response.end();
  }

  #next(): FeedMessage | undefined {
    const steps: Step[] = [];
    for (const number of this.#pending) {
      this.#pending.delete(number);
      const found = this.#trace.find(number);
      if (found) steps.push(found.step);
      if (steps.length === BATCH) break;
    }
    const { dropped } = this.#trace;
    const phone = this.#phone && { extensions: this.#phone.extensions, calls: this.#phone.calls };
    const phoneText = JSON.stringify(phone) ?? '';
    const news = this.#isFirst || steps.length > 0 || dropped !== this.#droppedSent || phoneText !== this.#phoneSent;
    if (!news) return undefined;
    const message: FeedMessage = { steps, dropped };
    if (this.#isFirst) message.reset = true;
    if (phone && phoneText !== this.#phoneSent) message.phone = phone;
    this.#isFirst = false;
    this.#droppedSent = dropped;
    this.#phoneSent = phoneText;
    return message;
  }
}
