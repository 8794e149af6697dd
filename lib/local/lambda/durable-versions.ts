import { basename } from 'node:path';
import type { LocalFunction } from '../template/index.ts';
import type { LambdaHost } from './host.ts';

interface Version {
  host: LambdaHost;
  /** Executions that run on it. */
  running: number;
}

/**
 * The versions of a durable function. Each change of it publishes one, to which its aliases point from then on. An older
 * version stays until the last execution that began with it has ended.
 */
export class DurableVersions {
  readonly #open: (fn: LocalFunction) => LambdaHost;
  readonly #versions = new Map<string, Version>();
  #fn: LocalFunction;
  #current = '';
  #last = 0;

  /** @param open runs a version in processes of its own */
  constructor(fn: LocalFunction, open: (fn: LocalFunction) => LambdaHost) {
    this.#open = open;
    this.#fn = fn;
    this.#publish(fn);
  }

  /** The function as it is now. */
  get fn(): LocalFunction {
    return this.#fn;
  }

  /** Publishes a version, unless nothing has changed. */
  apply(fn: LocalFunction): void {
    if (keyOf(this.#fn) !== keyOf(fn)) this.#publish(fn);
    else this.#fn = fn;
  }

  /** Publishes a version with other code. */
  replaceCode(code: string): void {
    this.#publish({ ...this.#fn, code });
  }

  /**
   * The version that a qualifier stands for. The templates' versions and aliases, and `$LATEST`, are the newest one; other
   * numbers are those of older versions.
   */
  resolve(qualifier: string): string | undefined {
    if (qualifier === '$LATEST' || this.#fn.qualifiers?.[qualifier]) return this.#current;
    return this.#versions.has(qualifier) ? qualifier : undefined;
  }

  host(version: string): LambdaHost | undefined {
    return this.#versions.get(version)?.host;
  }

  /** An execution begins on the version. */
  hold(version: string): void {
    const found = this.#versions.get(version);
    if (found) found.running += 1;
  }

  /** An execution that began on the version has ended. */
  release(version: string): void {
    const found = this.#versions.get(version);
    if (!found) return;
    found.running -= 1;
    this.#retire();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#versions.values()].map(({ host }) => host.stop()));
  }

  #publish(fn: LocalFunction): void {
    this.#fn = fn;
    this.#last += 1;
    this.#current = String(this.#last);
    this.#versions.set(this.#current, { host: this.#open({ ...fn, version: this.#current }), running: 0 });
    this.#retire();
  }

  #retire(): void {
    for (const [number, { host, running }] of this.#versions) {
      if (number === this.#current || running > 0) continue;
      this.#versions.delete(number);
      void host.stop();
    }
  }
}

/** In every cloud assembly the asset's folder is named by the hash of its content. */
export function keyOf({ code, ...rest }: LocalFunction): string {
  return JSON.stringify({ ...rest, code: basename(code) });
}
