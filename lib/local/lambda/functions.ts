import { basename } from 'node:path';
import type { AwsWaits } from '../aws/index.ts';
import type { LocalFunction } from '../template/index.ts';
import { AsyncInvocations, type AsyncObserver, type Invoked } from './async-invocations.ts';
import { type HostObserver, LambdaHost } from './host.ts';

/** The functions of the templates, invoked asynchronously. */
export class Functions {
  readonly #environment: () => Record<string, string>;
  readonly #observer: HostObserver;
  readonly #invocations: AsyncInvocations;
  /** By the function's ARN, with the version's number behind it for those of published versions. */
  readonly #hosts = new Map<string, LambdaHost>();

  /** @param environment the variables that Lambda sets in every function */
  constructor(environment: () => Record<string, string>, waits: AwsWaits, observer: HostObserver & AsyncObserver) {
    this.#environment = environment;
    this.#observer = observer;
    this.#invocations = new AsyncInvocations(waits, observer);
  }

  has(arn: string): boolean {
    return this.#find(arn) !== undefined;
  }

  /** Replaces the set of functions; unchanged ones keep their processes. */
  async apply(functions: readonly LocalFunction[]): Promise<void> {
    const wanted = new Map(functions.flatMap((fn) => versionsOf(fn).map((version) => [hostKey(version), version])));
    const gone = [...this.#hosts].filter(([key]) => !wanted.has(key));
    for (const [key] of gone) this.#hosts.delete(key);
    for (const [key, fn] of wanted) {
      const host = this.#hosts.get(key);
      if (!host) this.#hosts.set(key, new LambdaHost(fn, this.#environmentOf(fn), this.#observer));
      else if (keyOf(host.fn) !== keyOf(fn)) host.replace(fn);
    }
    await Promise.all(gone.map(([, host]) => host.stop()));
  }

  /** Replaces a function's code, from its next invocation on. */
  replaceCode(arn: string, code: string): void {
    for (const host of this.#hosts.values()) {
      if (host.fn.arn === arn) host.replace({ ...host.fn, code });
    }
  }

  /**
   * @param arn of the function, or of one of its versions or aliases
   * @param payload JSON
   * @returns whether the event was accepted: the function's queue may be full
   */
  invoke(arn: string, payload: string, eventId: string, traceId: string): boolean {
    const invoked = this.#find(arn);
    return invoked !== undefined && this.#invocations.invoke(invoked, payload, eventId, traceId);
  }

  #find(functionArn: string): Invoked | undefined {
    const arn = functionArn.split(':').slice(0, 7).join(':');
    const latest = this.#hosts.get(arn);
    const qualifier = functionArn.slice(arn.length + 1);
    if (!latest) return undefined;
    if (qualifier === '' || qualifier === '$LATEST') {
      return { host: latest, functionArn, asynchronous: latest.fn.asynchronous ?? {} };
    }
    const qualified = latest.fn.qualifiers?.[qualifier];
    const host = qualified && this.#hosts.get(hostKey({ ...latest.fn, version: qualified.version }));
    return host && { host, functionArn, asynchronous: qualified.asynchronous ?? {} };
  }

  /** A function is in the region that its ARN names. */
  #environmentOf({ arn }: LocalFunction): Record<string, string> {
    const [, , , region = ''] = arn.split(':');
    return { ...this.#environment(), AWS_REGION: region, AWS_DEFAULT_REGION: region };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => host.stop()));
  }
}

/** The function as each of the versions that can be invoked. All have the same code here. */
function versionsOf(fn: LocalFunction): LocalFunction[] {
  const published = new Set(Object.values(fn.qualifiers ?? {}).map(({ version }) => version));
  published.delete('$LATEST');
  return [fn, ...[...published].map((version) => ({ ...fn, version }))];
}

function hostKey({ arn, version = '$LATEST' }: LocalFunction): string {
  return version === '$LATEST' ? arn : `${arn}:${version}`;
}

/** In every cloud assembly the asset's folder is named by the hash of its content. */
function keyOf({ code, ...rest }: LocalFunction): string {
  return JSON.stringify({ ...rest, code: basename(code) });
}
