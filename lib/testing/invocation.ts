import type { AriTransport } from '../ari/client.ts';
import type { DurableApi } from '../flow/durable-api.ts';
import type { Inbox } from '../flow/inbox.ts';
import type { Traffic } from './traffic.ts';

/** A moment at which Lambda may stop an invocation of a flow. */
export interface CrashPoint {
  /** The execution's name. */
  execution: string;
  /** The number of the invocation of this execution, from 1. */
  invocation: number;
  /** The number of the invocation's request, from 1. The last one is its `end`. */
  request: number;
  /** What the request is for: a checkpoint, the inbox, a callback, a command to Asterisk; `end` is what the function returns. */
  of: 'checkpoint' | 'inbox' | 'callback' | 'command' | 'end';
  /** Whether the request was not sent, or was carried out and the function does not know. */
  when: 'before' | 'after';
}

type Point = Pick<CrashPoint, 'request' | 'of' | 'when'>;

/** One invocation of a flow, which can be stopped at each of its requests. What it does after that has no effect. */
export class Invocation {
  readonly traffic: Traffic;
  readonly #isCrash: (point: Point) => boolean;
  readonly #crash = Promise.withResolvers<never>();
  #isOver = false;
  #requests = 0;

  constructor(traffic: Traffic, isCrash: (point: Point) => boolean) {
    this.traffic = traffic;
    this.#isCrash = isCrash;
    this.#crash.promise.catch(() => {});
  }

  /** What an invocation uses of AWS: without effect and without an answer once it was stopped. */
  gated({ inbox, api }: { inbox: Inbox; api: DurableApi }): { inbox: Inbox; api: DurableApi } {
    const gate = <A extends unknown[], R>(of: Point['of'], work: (...given: A) => Promise<R>) => {
      return async (...given: A): Promise<R> => this.#request(of, () => work(...given));
    };
    return {
      inbox: {
        append: gate('inbox', inbox.append),
        wait: gate('inbox', inbox.wait),
        look: gate('inbox', inbox.look),
      },
      api: {
        start: gate('callback', api.start),
        complete: gate('callback', api.complete),
        getExecutionState: gate('checkpoint', api.getExecutionState),
        checkpoint: gate('checkpoint', api.checkpoint),
      },
    };
  }

  /** The same for commands to Asterisk. */
  transport(transport: AriTransport): AriTransport {
    return {
      request: (request) => this.#request('command', () => this.traffic.counted(() => transport.request(request))),
      close: () => transport.close(),
    };
  }

  /** @throws where the invocation is stopped before it is done, or when what it returns is lost */
  async untilCrash<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {});
    const done = await Promise.race([work, this.#crash.promise]);
    this.#isOver = true;
    this.#requests += 1;
    if (this.#isCrash({ request: this.#requests, of: 'end', when: 'before' })) throw new Error('Stopped by the test');
    return done;
  }

  async #request<T>(of: Point['of'], work: () => Promise<T>): Promise<T> {
    if (this.#isOver) return new Promise<never>(() => {});
    this.#requests += 1;
    const request = this.#requests;
    if (this.#isCrash({ request, of, when: 'before' })) return this.#stop();
    const answer = await work();
    if (!this.#isOver && this.#isCrash({ request, of, when: 'after' })) return this.#stop();
    return this.#isOver ? new Promise<never>(() => {}) : answer;
  }

  #stop(): Promise<never> {
    this.#isOver = true;
    this.#crash.reject(new Error('Stopped by the test'));
    return new Promise<never>(() => {});
  }
}
