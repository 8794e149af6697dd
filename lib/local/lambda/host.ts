import { availableParallelism } from 'node:os';
import type { LocalFunction } from '../template/index.ts';
import { LambdaEnvironment } from './environment.ts';
import type { ObservedCommand, ObservedInvocation } from './observed.ts';
import type { FunctionError } from './runtime/messages.ts';

/** Maximum environments of one function: more would not be faster on one machine. Further events wait. */
const MAX_ENVIRONMENTS = 10;
/** Maximum environments of one function that load at the same time: half of the cores is left to running ones. */
const MAX_LOADING = Math.ceil(availableParallelism() / 2);

/** What identifies an attempt. */
export type Attempt = Omit<ObservedInvocation, 'fn' | 'cold'> & { traceId: string; functionArn: string };

export interface AttemptOutcome {
  /** Includes the load time, where the attempt was the first in its environment. */
  ms: number;
  error: FunctionError | undefined;
  /** JSON; absent where it failed, or streamed its response. */
  response?: string | undefined;
}

export interface HostObserver {
  onStart(invocation: ObservedInvocation): void;
  onCommand(command: ObservedCommand): void;
  onLog(fn: LocalFunction, line: string, requestId: string | undefined): void;
}

/** Callbacks of one attempt. */
export interface AttemptFollower {
  ended(invocation: ObservedInvocation, outcome: AttemptOutcome): void;
  /** Epoch milliseconds; after that it is not started. @default never */
  expires?: number;
  /** It expired before an environment was free. */
  expired?(): void;
}

interface Waiting extends AttemptFollower {
  attempt: Attempt;
}

/** Runs one function in processes of its own, with the template's environment and no variables of this process. */
export class LambdaHost {
  #fn: LocalFunction;
  readonly #environment: Record<string, string>;
  readonly #observer: HostObserver;
  readonly #all = new Set<LambdaEnvironment>();
  #loading = new Set<LambdaEnvironment>();
  #idle: LambdaEnvironment[] = [];
  /** The environments of the function's current version. */
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

  /** Replaces the function. Running invocations end in their old environments. */
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

  /** Starts waiting attempts in free environments, and opens more where there are none. */
  #next(): void {
    while ((this.#waiting[0]?.expires ?? Number.POSITIVE_INFINITY) < Date.now()) this.#waiting.shift()?.expired?.();
    while (this.#waiting.length > 0 && !this.#stopping) {
      const environment = this.#idle.pop();
      if (!environment) break;
      void this.#run(environment, this.#waiting.shift() as Waiting);
    }
    // A waiting attempt takes the first free environment, which may be one that is running another now.
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
    const { traceId, functionArn, ...rest } = attempt;
    const { cold, initMs } = environment;
    const invocation = { ...rest, fn: this.#fn, cold };
    const started = performance.now();
    const running = environment.run(attempt.requestId, attempt.payload, { traceId, functionArn });
    // The event is on its way: a caller does not wait for what the console makes of it.
    this.#observer.onStart(invocation);
    const { error, response } = await running;
    const ms = performance.now() - started + (cold ? initMs : 0);
    if (!environment.usable) environment.kill('its invocation failed');
    else if (this.#current.has(environment)) this.#idle.push(environment);
    else void environment.stop();
    if (this.#stopping) return;
    ended(invocation, { ms, error, response });
    this.#next();
  }
}
