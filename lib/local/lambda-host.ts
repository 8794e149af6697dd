import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LocalFunction } from './deployment.ts';
import type { Invocation, Report } from './lambda-runtime.ts';
import { stopChild } from './stop-child.ts';

const RUNTIME = fileURLToPath(new URL('./lambda-runtime.ts', import.meta.url));
/** Environments of one function at the most; further events wait for one. */
const MAX_ENVIRONMENTS = 10;
/** Events of one function that wait for an environment; one more fails at once. */
const MAX_WAITING = 10_000;

export interface LambdaObserver {
  onLog(fn: LocalFunction, line: string): void;
  onEnd(fn: LocalFunction, event: unknown, outcome: { ms: number; cold: boolean; error?: string }): void;
}

/** A process that runs one invocation at a time, as a Lambda execution environment does. */
interface Environment {
  child: ChildProcess;
  cold: boolean;
}

/** Runs one function in processes of its own, which see the template's environment and nothing of ours. */
export class LambdaHost {
  readonly #fn: LocalFunction;
  readonly #environment: Record<string, string>;
  readonly #observer: LambdaObserver;
  readonly #idle: Environment[] = [];
  readonly #all = new Set<Environment>();
  readonly #waiting: unknown[] = [];
  #stopping = false;

  /** @param environment what Lambda's runtime adds: region, credentials, endpoint */
  constructor(fn: LocalFunction, environment: Record<string, string>, observer: LambdaObserver) {
    this.#fn = fn;
    this.#environment = environment;
    this.#observer = observer;
  }

  /** Takes an event; returns at once, as Lambda's asynchronous invocation does. */
  invoke(event: unknown): void {
    if (this.#stopping) return;
    const environment = this.#idle.pop() ?? (this.#all.size < MAX_ENVIRONMENTS ? this.#open() : undefined);
    if (environment) void this.#run(environment, event);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(event);
    else this.#observer.onEnd(this.#fn, event, { ms: 0, cold: false, error: `${MAX_WAITING} events wait already` });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#all].map(({ child }) => stopChild(child, 1000)));
  }

  #open(): Environment {
    const { handler, code, name, environment } = this.#fn;
    const [file = '', exported = ''] = handler.split('.');
    const child = fork(RUNTIME, [join(code, `${file}.mjs`), exported], {
      cwd: code,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      env: { ...this.#environment, ...environment, AWS_LAMBDA_FUNCTION_NAME: name, LAMBDA_TASK_ROOT: code },
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#observer.onLog(this.#fn, line));
    }
    const opened = { child, cold: true };
    this.#all.add(opened);
    return opened;
  }

  async #run(environment: Environment, event: unknown): Promise<void> {
    const { child, cold } = environment;
    const started = performance.now();
    const report = await this.#exchange(environment, event);
    environment.cold = false;
    const outcome = {
      ms: performance.now() - started,
      cold,
      ...(report.kind === 'failed' && { error: report.message }),
    };
    if (!this.#stopping) this.#observer.onEnd(this.#fn, event, outcome);

    if (!child.connected || (cold && report.kind === 'failed')) {
      this.#all.delete(environment);
      child.kill('SIGKILL');
    } else {
      this.#idle.push(environment);
    }
    const next = this.#waiting.shift();
    if (next !== undefined) this.invoke(next);
  }

  /** One invocation: ended, failed, or killed at its timeout. */
  #exchange({ child, cold }: Environment, event: unknown): Promise<Report> {
    return new Promise((resolve) => {
      const send = (): void => {
        const invocation: Invocation = { event, deadline: Date.now() + this.#fn.timeoutMs };
        child.send(invocation);
      };
      const end = (report: Report): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(report);
      };
      const onMessage = (report: Report): void => (report.kind === 'loaded' ? send() : end(report));
      const onExit = (code: number | null, signal: string | null): void =>
        end({ kind: 'failed', message: `the function's process ended (${signal ?? `exit code ${code}`})` });
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        end({ kind: 'failed', message: `timed out after ${this.#fn.timeoutMs / 1000} s` });
      }, this.#fn.timeoutMs);
      child.on('message', onMessage);
      child.on('exit', onExit);
      if (!cold) send();
    });
  }
}
