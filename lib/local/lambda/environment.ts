import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { stopChild } from '../stop-child.ts';
import type { LocalFunction } from '../template/index.ts';
import { shownLine } from './log-line.ts';
import type { AriExchange } from './runtime/ari-requests.ts';
import type { FunctionError, Invocation, Report, StreamedResponse } from './runtime/messages.ts';
import { runtimeBundle } from './runtime-bundle.ts';
import { nodeOptions, variablesOf } from './variables.ts';

/** How long loading a function may take (Lambda Developer Guide, "Init phase"). */
const INIT_LIMIT_MS = 10_000;
/** How often a function's memory use is checked against its limit. */
const MEMORY_CHECK_MS = 100;
const OUT_OF_MEMORY = 'Runtime.OutOfMemory';
/** How long an environment that is no longer needed may take to exit. */
const STOP_LIMIT_MS = 1000;

/** Lambda's limit of a response that is not streamed. */
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;

/** How an invocation ended: with a response, as JSON text or streamed, or with an error. */
export interface InvocationResult {
  response?: string;
  streamed?: StreamedResponse;
  error?: FunctionError | undefined;
}

export interface EnvironmentObserver {
  onLog(line: string, requestId: string | undefined): void;
  onCommand(requestId: string, exchange: AriExchange): void;
  /** The process has exited. */
  onExit(): void;
}

/** One process that runs one invocation at a time, as a Lambda execution environment does. */
export class LambdaEnvironment {
  readonly #fn: LocalFunction;
  readonly #observer: EnvironmentObserver;
  readonly #child: ChildProcess;
  readonly #loaded: Promise<void>;
  #isLoaded = false;
  #unloadable: FunctionError | undefined;
  readonly #opened = performance.now();
  #ended: string | undefined;
  #invocation: { requestId: string; end(result: InvocationResult): void } | undefined;
  /** No invocation has run here yet. */
  cold = true;
  /** How long it took to load the function. */
  initMs = 0;
  /** Resolves when the function is loaded, or cannot be: then the first invocation fails with the reason. */
  readonly ready: Promise<void>;

  /** @param environment what Lambda adds to the function's own: region, credentials, endpoint */
  constructor(fn: LocalFunction, environment: Record<string, string>, observer: EnvironmentObserver) {
    this.#fn = fn;
    this.#observer = observer;
    this.#child = fork(runtimeBundle(), [], {
      cwd: fn.code,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: nodeOptions(fn),
      env: variablesOf(fn, environment),
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) {
        createInterface({ input: stream }).on('line', (line) =>
          observer.onLog(shownLine(line), this.#invocation?.requestId),
        );
      }
    }
    this.#loaded = this.#load();
    this.ready = this.#loaded.then(() => {
      this.initMs = performance.now() - this.#opened;
    });
  }

  /** Whether it can take an event. */
  get usable(): boolean {
    return this.#ended === undefined;
  }

  async run(
    requestId: string,
    payload: unknown,
    { traceId, functionArn }: Pick<Invocation, 'traceId' | 'functionArn'>,
  ): Promise<InvocationResult> {
    let timer: NodeJS.Timeout | undefined;
    let memoryTimer: NodeJS.Timeout | undefined;
    const outcome = new Promise<InvocationResult>((resolve) => {
      this.#invocation = { requestId, end: resolve };
    });
    // Without `await` where it is loaded: the event is sent before the caller goes on.
    if (!this.#isLoaded) await this.#loaded;
    const unloadable = this.#unloadable;
    if (unloadable) {
      this.#invocation?.end({ error: unloadable });
      this.kill('it cannot be loaded');
    } else {
      const deadline = Date.now() + this.#fn.timeoutMs;
      timer = setTimeout(() => this.#timeOut(), this.#fn.timeoutMs);
      memoryTimer = setInterval(() => this.#checkMemory(), MEMORY_CHECK_MS);
      const invocation: Invocation = { requestId, payload, deadline, traceId, functionArn };
      this.#child.send(invocation, (error) => error && this.#broke(error.message));
    }
    const result = await outcome;
    clearTimeout(timer);
    clearInterval(memoryTimer);
    // The function's last output arrives through another pipe, in this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    this.#invocation = undefined;
    this.cold = false;
    return result;
  }

  /** Kills the process at once; a running invocation fails. */
  kill(reason: string): void {
    this.#ended ??= reason;
    this.#child.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.#ended ??= 'stopped';
    await stopChild(this.#child, STOP_LIMIT_MS);
  }

  /** Resolves when the handler is loaded, or cannot be. */
  #load(): Promise<void> {
    return new Promise((resolve) => {
      const loaded = (error?: FunctionError): void => {
        clearTimeout(timer);
        if (!this.#isLoaded) this.#unloadable = error;
        this.#isLoaded = true;
        resolve();
      };
      const timer = setTimeout(
        () => loaded({ errorType: 'Sandbox.Timedout', errorMessage: `Init timed out after ${INIT_LIMIT_MS} ms` }),
        INIT_LIMIT_MS,
      );
      this.#child.on('message', (report: Report) => {
        if (report.kind === 'loaded') loaded();
        else if (report.kind === 'unloadable') loaded(report.error);
        else if (report.kind === 'command') this.#observer.onCommand(report.requestId, report.exchange);
        else this.#invocationEnded(report);
      });
      const exited = (reason: string): void => {
        this.#broke(reason);
        loaded(this.#exitError(reason));
        this.#observer.onExit();
      };
      this.#child.on('exit', (code, signal) => exited(exitReason(code, signal)));
      this.#child.on('error', (error) => exited(error.message));
    });
  }

  #invocationEnded(report: Extract<Report, { kind: 'done' | 'streamed' | 'failed' }>): void {
    if (report.kind === 'failed' && report.fatal) this.#ended ??= 'the process ends';
    // What an earlier invocation left behind may fail during a later one.
    if (report.requestId !== this.#invocation?.requestId) return;
    if (report.kind === 'failed') this.#invocation.end({ error: report.error });
    else if (report.kind === 'streamed') this.#invocation.end({ streamed: report, error: report.error });
    else if (Buffer.byteLength(report.response) <= MAX_RESPONSE_BYTES)
      this.#invocation.end({ response: report.response });
    else {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
      this.#invocation.end({ error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } });
    }
  }

  #timeOut(): void {
    const { requestId = '' } = this.#invocation ?? {};
    const said = `Task timed out after ${(this.#fn.timeoutMs / 1000).toFixed(2)} seconds`;
    this.#observer.onLog(`${new Date().toISOString()} ${requestId} ${said}`, requestId);
    const errorMessage = `RequestId: ${requestId} Error: ${said}`;
    this.#invocation?.end({ error: { errorType: 'Sandbox.Timedout', errorMessage } });
    this.kill('timed out');
  }

  /** V8 limits the heap, but not buffers. Where the system reports no figures, buffers are not limited. */
  #checkMemory(): void {
    if (residentMb(this.#child.pid) <= this.#fn.memoryMb) return;
    const error = this.#exitError('Runtime exited with error: signal: killed');
    this.#invocation?.end({ error: { ...error, errorType: OUT_OF_MEMORY } });
    this.kill('out of memory');
  }

  #broke(reason: string): void {
    this.#ended ??= reason;
    this.#invocation?.end({ error: this.#exitError(reason) });
  }

  #exitError(reason: string): FunctionError {
    return {
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${this.#invocation?.requestId} Error: ${reason}`,
    };
  }
}

/** A process's resident memory, on Linux; 0 elsewhere. */
function residentMb(pid: number | undefined): number {
  try {
    const [, kib = 0] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) / 1024;
  } catch {
    return 0;
  }
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (code === 0) return 'Runtime exited without providing a reason';
  const names: Partial<Record<NodeJS.Signals, string>> = {
    SIGKILL: 'killed',
    SIGABRT: 'aborted',
    SIGTERM: 'terminated',
  };
  return `Runtime exited with error: ${signal ? `signal: ${names[signal] ?? signal}` : `exit status ${code}`}`;
}
