import type { AriTransport } from '../ari/client.ts';
import type { DurableApi, Inbox } from '../flow/index.ts';
import type { Traffic } from './traffic.ts';

/** A moment at which Lambda may stop an invocation of a flow. */
export interface CrashPoint {
  /** The execution's name. */
  execution: string;
  /** The number of the invocation of this execution, from 1. */
  invocation: number;
  /** The number of the checkpoint of this invocation, from 1. Behind the last one comes the invocation's end. */
  checkpoint: number;
  /** Whether the checkpoint is not stored yet, or is stored and the function does not know. */
  when: 'before' | 'after';
}

/** One invocation of a flow, which can be stopped at each of its checkpoints. What it does after that has no effect. */
export class Invocation {
  readonly traffic: Traffic;
  readonly #isCrash: (checkpoint: number, when: 'before' | 'after') => boolean;
  readonly #crash = Promise.withResolvers<never>();
  #isOver = false;
  #checkpoints = 0;

  constructor(traffic: Traffic, isCrash: (checkpoint: number, when: 'before' | 'after') => boolean) {
    this.traffic = traffic;
    this.#isCrash = isCrash;
    this.#crash.promise.catch(() => {});
  }

  /** The same, whose requests have no effect and no answer once the invocation was stopped. */
  gated({ inbox, api }: { inbox: Inbox; api: DurableApi }): { inbox: Inbox; api: DurableApi } {
    const gate = <A extends unknown[], R>(work: (...given: A) => Promise<R>) => {
      return async (...given: A): Promise<R> => this.#alive(() => work(...given));
    };
    return {
      inbox: { append: gate(inbox.append), wait: gate(inbox.wait), look: gate(inbox.look) },
      api: {
        start: gate(api.start),
        complete: gate(api.complete),
        getExecutionState: gate(api.getExecutionState),
        checkpoint: gate(async (...given: Parameters<DurableApi['checkpoint']>) => {
          this.#checkpoints += 1;
          const number = this.#checkpoints;
          if (this.#isCrash(number, 'before')) return this.#stop();
          const answer = await api.checkpoint(...given);
          return this.#isCrash(number, 'after') ? this.#stop() : answer;
        }),
      },
    };
  }

  /** The same for commands to Asterisk. */
  transport(transport: AriTransport): AriTransport {
    return {
      request: (request) => this.#alive(() => this.traffic.counted(() => transport.request(request))),
      close: () => transport.close(),
    };
  }

  /** @throws where the invocation is stopped before it is done, or is so at its very end */
  async untilCrash<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {});
    const done = await Promise.race([work, this.#crash.promise]);
    this.#isOver = true;
    if (this.#isCrash(this.#checkpoints + 1, 'before')) throw new Error('Stopped by the test at its end');
    return done;
  }

  async #alive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isOver) return new Promise<never>(() => {});
    const answer = await work();
    return this.#isOver ? new Promise<never>(() => {}) : answer;
  }

  #stop(): Promise<never> {
    this.#isOver = true;
    this.#crash.reject(new Error('Stopped by the test'));
    return new Promise<never>(() => {});
  }
}
