import { availableParallelism } from 'node:os';
import type { LocalFunction } from '../template/index.ts';
import { LambdaEnvironment } from './environment.ts';
import type { ObservedCommand, ObservedInvocation } from './observed.ts';
import type { FunctionError } from './runtime.ts';

/** Environments of one function at the most: more would not be faster on one machine. Further events wait for one. */
const MAX_ENVIRONMENTS = 10;
/** Environments of one function that are loaded at the same time: half of the cores is for those that run already. */
const MAX_LOADING = Math.ceil(availableParallelism() / 2);

/** What an attempt is known by. */
export type Attempt = Omit<ObservedInvocation, 'fn' | 'cold'> & { traceId: string };

export interface AttemptOutcome {
  /** With the time that loading took, where the attempt was the first in its environment. */
  ms: number;
  error: FunctionError | undefined;
}

export interface HostObserver {
  onStart(invocation: ObservedInvocation): void;
  onCommand(command: ObservedCommand): void;
  onLog(fn: LocalFunction, line: string, requestId: string | undefined): void;
}

/** What becomes of an attempt. */
export interface AttemptFollower {
  ended(invocation: ObservedInvocation, outcome: AttemptOutcome): void;
  /** Epoch milliseconds; after that it is not begun any more. @default never */
  expires?: number;
  /** It waited for too long. */
  expired?(): void;
}

interface Waiting extends AttemptFollower {
  attempt: Attempt;
}

/** Runs one function in processes of its own, which see the template's environment and nothing of ours. */
export class LambdaHost {
  #fn: LocalFunction;
  readonly #environment: Record<string, string>;
  readonly #observer: HostObserver;
  readonly #all = new Set<LambdaEnvironment>();
  #loading = new Set<LambdaEnvironment>();
  #idle: LambdaEnvironment[] = [];
  /** Those that were opened for what the function is now. */
  #current = new Set<LambdaEnvironment>();
  readonly #waiting: Waiting[] = [];
  #stopping = false;

  /** @param environment what Lambda adds to the function's own: region, credentials, endpoint */
  constructor(fn: LocalFunction, environment: Record<string, string>, observer: HostObserver) {
    this.#fn = fn;
    this.#environment = environment;
    this.#observer = observer;
  }

  get fn(): LocalFunction {
    return this.#fn;
  }

  /** Attempts that wait for an environment. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs an attempt as soon as an environment is free. Returns at once. */
  run(attempt: Attempt, follower: AttemptFollower): void {
    if (this.#stopping) return;
    this.#waiting.push({ attempt, ...follower });
    this.#next();
  }

  /** From now on the function is this one. Invocations that run already end where they are. */
  replace(fn: LocalFunction): void {
    this.#fn = fn;
    for (const environment of [...this.#idle, ...this.#loading]) void environment.stop();
    this.#idle = [];
    this.#loading = new Set();
    this.#current = new Set();
    this.#next();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#all].map((environment) => environment.stop()));
  }

  /** Hands what waits to environments that are free, and opens more where there are none. */
  #next(): void {
    while ((this.#waiting[0]?.expires ?? Number.POSITIVE_INFINITY) < Date.now()) this.#waiting.shift()?.expired?.();
    while (this.#waiting.length > 0 && !this.#stopping) {
      const environment = this.#idle.pop();
      if (!environment) break;
      void this.#run(environment, this.#waiting.shift() as Waiting);
    }
    // What waits takes the first environment that is free, and that may well be one that runs already.
    while (this.#waiting.length > this.#loading.size && this.#mayOpen && !this.#stopping) void this.#open();
  }

  get #mayOpen(): boolean {
    const limit = Math.min(MAX_ENVIRONMENTS, this.#fn.reservedConcurrency ?? MAX_ENVIRONMENTS);
    return this.#all.size < limit && this.#loading.size < MAX_LOADING;
  }

  async #open(): Promise<void> {
    const fn = this.#fn;
    const environment = new LambdaEnvironment(fn, this.#environment, {
      onLog: (line, requestId) => this.#observer.onLog(fn, line, requestId),
      onCommand: (requestId, exchange) => this.#observer.onCommand({ requestId, fn, ...exchange }),
      onExit: () => this.#forget(environment),
    });
    for (const set of [this.#all, this.#current, this.#loading]) set.add(environment);
    await environment.ready;
    if (!this.#loading.delete(environment)) return; // replaced meanwhile
    this.#idle.push(environment);
    this.#next();
  }

  #forget(environment: LambdaEnvironment): void {
    this.#all.delete(environment);
    this.#current.delete(environment);
    this.#idle = this.#idle.filter((other) => other !== environment);
    this.#next();
  }

  async #run(environment: LambdaEnvironment, { attempt, ended }: Waiting): Promise<void> {
    const { traceId, ...told } = attempt;
    const { cold, initMs } = environment;
    const invocation = { ...told, fn: this.#fn, cold };
    this.#observer.onStart(invocation);
    const started = performance.now();
    const error = await environment.run(attempt.requestId, attempt.payload, traceId);
    const ms = performance.now() - started + (cold ? initMs : 0);
    if (!environment.usable) environment.kill('its invocation failed');
    else if (this.#current.has(environment)) this.#idle.push(environment);
    else void environment.stop();
    if (this.#stopping) return;
    ended(invocation, { ms, error });
    this.#next();
  }
}
