import { basename } from 'node:path';
import type { AwsWaits } from '../aws/index.ts';
import type { LocalFunction } from '../template/index.ts';
import { AsyncInvocations, type AsyncObserver } from './async-invocations.ts';
import { type HostObserver, LambdaHost } from './host.ts';

/** The functions of the templates, invoked asynchronously. */
export class Functions {
  readonly #environment: () => Record<string, string>;
  readonly #observer: HostObserver;
  readonly #invocations: AsyncInvocations;
  readonly #hosts = new Map<string, LambdaHost>();

  /** @param environment the variables that Lambda sets in every function */
  constructor(environment: () => Record<string, string>, waits: AwsWaits, observer: HostObserver & AsyncObserver) {
    this.#environment = environment;
    this.#observer = observer;
    this.#invocations = new AsyncInvocations(waits, observer);
  }

  has(arn: string): boolean {
    return this.#hosts.has(arn);
  }

  /** Replaces the set of functions; unchanged ones keep their processes. */
  async apply(functions: readonly LocalFunction[]): Promise<void> {
    const gone = [...this.#hosts].filter(([arn]) => !functions.some((fn) => fn.arn === arn));
    for (const [arn] of gone) this.#hosts.delete(arn);
    for (const fn of functions) {
      const host = this.#hosts.get(fn.arn);
      if (!host) this.#hosts.set(fn.arn, new LambdaHost(fn, this.#environment(), this.#observer));
      else if (keyOf(host.fn) !== keyOf(fn)) host.replace(fn);
    }
    await Promise.all(gone.map(([, host]) => host.stop()));
  }

  /** Replaces a function's code, from its next invocation on. */
  replaceCode(arn: string, code: string): void {
    const host = this.#hosts.get(arn);
    host?.replace({ ...host.fn, code });
  }

  /** @returns whether the event was accepted: the function's queue may be full */
  invoke(arn: string, payload: unknown, eventId: string, traceId: string): boolean {
    const host = this.#hosts.get(arn);
    return host !== undefined && this.#invocations.invoke(host, payload, eventId, traceId);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => host.stop()));
  }
}

/** In every cloud assembly the asset's folder is named by the hash of its content. */
function keyOf({ code, ...rest }: LocalFunction): string {
  return JSON.stringify({ ...rest, code: basename(code) });
}
