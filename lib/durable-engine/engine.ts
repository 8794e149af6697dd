import { randomUUID } from 'node:crypto';
import { type EngineClock, systemClock } from './clock.ts';
import { DurableApiError, invalid } from './errors.ts';
import { Execution } from './execution.ts';
import type { Ending, ExecutionHost } from './execution-host.ts';
import type {
  CheckpointRequest,
  CheckpointResponse,
  DurableInvocationInput,
  ErrorObject,
  ExecutionDescription,
  HistoryEvent,
  StatePage,
  StateRequest,
} from './wire.ts';

/** One invocation of a durable function. */
export interface EngineInvocation {
  /** Without a version. */
  functionArn: string;
  /** The one that the execution began with. */
  version: string;
  event: DurableInvocationInput;
  execution: Execution;
}

export interface DurableEngineOptions {
  /**
   * Invokes a durable function. @returns what it returned, parsed: `{ Status: 'SUCCEEDED' | 'FAILED' | 'PENDING', … }`
   * @throws where the invocation failed; Lambda invokes the function again
   */
  invoke(invocation: EngineInvocation): Promise<unknown>;
  /**
   * Runs another function, for `context.invoke`. @returns its response, as JSON. @throws its error
   * @default such operations fail
   */
  invokeOther?(functionName: string, payload: string): Promise<string | undefined>;
  /** @default real time */
  clock?: EngineClock;
  /** Makes ids of executions, operations, callbacks and tokens. @default random UUIDs */
  newId?: () => string;
  /** Seconds until a function is invoked again, by its failed invocations in a row. @default 1, 2, 4, … up to 60 */
  retryDelaySeconds?: (failures: number) => number;
  /** Operations of the page of state that comes with an invocation, 1 to 1,000: further ones are read by GetDurableExecutionState. @default 1000 */
  firstPage?: number;
  onEnd?(execution: Execution): void;
}

/** What starts an execution. */
export interface StartRequest {
  /** Without a version. */
  functionArn: string;
  /** `$LATEST` or a number: an alias is resolved before. */
  version: string;
  /** JSON */
  payload: string;
  /** 1 to 64 of `a-z A-Z 0-9 - _`. @default a new one */
  name?: string | undefined;
  timeoutSeconds: number;
  /** How long the name stays taken after the end. @default 14 */
  retentionDays?: number | undefined;
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const ARN = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+:(\$LATEST|\d+)\/durable-execution\/[\w-]+\/[\w-]+$/;
const DAY_MS = 24 * 3600 * 1000;
/** Executions that have ended and are kept: the oldest ones are forgotten sooner than their retention. */
const MAX_ENDED = 10_000;

interface Kept {
  execution: Execution;
  retentionDays: number;
}

/**
 * The service's side of Lambda durable functions, in memory: executions by name, their operations, checkpoints and
 * callbacks. Requests and responses have the fields of AWS's API.
 *
 * @example
 * const engine = new DurableEngine({ invoke: ({ event }) => handler(event, context), clock });
 * const { execution } = engine.start({ functionArn, version: '1', payload: '{}', timeoutSeconds: 3600 });
 * await execution.ended;
 */
export class DurableEngine {
  readonly #host: ExecutionHost<Execution>;
  /** By ARN, in the order of their start. */
  readonly #executions = new Map<string, Kept>();
  /** ARNs by name. */
  readonly #names = new Map<string, string>();
  readonly #callbacks = new Map<string, { execution: Execution; operationId: string }>();
  readonly #ended: Execution[] = [];
  readonly #newId: () => string;
  readonly #clock: EngineClock;
  #running = 0;
  #idle = Promise.withResolvers<void>();

  constructor(options: DurableEngineOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? randomUUID;
    this.#host = {
      clock: this.#clock,
      newId: this.#newId,
      newCallback: (execution, operationId) => this.#newCallback(execution, operationId),
      invoke: (execution, event) => this.#invoke(options, execution, event),
      invokeOther: async (functionName, payload) => {
        if (options.invokeOther) return options.invokeOther(functionName, payload);
        throw new DurableApiError('ResourceNotFoundException', `Function not found: ${functionName}`);
      },
      retryDelaySeconds: options.retryDelaySeconds ?? ((failures) => Math.min(60, 2 ** (failures - 1))),
      firstPage: options.firstPage ?? 1000,
      onEnd: (execution) => this.#onEnd(execution, options),
    };
  }

  /** Executions, in the order of their start. */
  get executions(): readonly Execution[] {
    return [...this.#executions.values()].map(({ execution }) => execution);
  }

  /** How many invocations run now. */
  get running(): number {
    return this.#running;
  }

  /** Resolves when no invocation runs. */
  async settled(): Promise<void> {
    while (this.#running > 0) await this.#idle.promise;
  }

  /**
   * Starts an execution, or finds the one that was started with the same name and payload.
   *
   * @throws DurableExecutionAlreadyStartedException where the name is that of an execution of another payload or function
   * @throws InvalidParameterValueException
   */
  start(request: StartRequest): { execution: Execution; isNew: boolean } {
    const { functionArn, version, payload, name = this.#newId(), timeoutSeconds, retentionDays = 14 } = request;
    if (!NAME.test(name)) throw invalid(`Expected DurableExecutionName to match ${NAME}, got ${JSON.stringify(name)}.`);
    const existing = this.#named(name);
    if (existing) {
      const { identity } = existing;
      if (identity.functionArn === functionArn && identity.input === payload)
        return { execution: existing, isNew: false };
      const message = `An execution named ${name} has started already, with another payload.`;
      throw new DurableApiError('DurableExecutionAlreadyStartedException', message);
    }
    const arn = `${functionArn}:${version}/durable-execution/${name}/${this.#newId()}`;
    const execution = new Execution(this.#host, { arn, name, functionArn, version, input: payload, timeoutSeconds });
    this.#executions.set(arn, { execution, retentionDays });
    this.#names.set(name, arn);
    execution.wake();
    return { execution, isNew: true };
  }

  /** @throws ResourceNotFoundException, InvalidParameterValueException where it is no ARN of an execution */
  execution(arn: string | undefined): Execution {
    const kept = this.#executions.get(arn ?? '');
    if (kept) return kept.execution;
    if (!ARN.test(arn ?? '')) throw invalid(`Invalid DurableExecutionArn: ${arn}`);
    throw new DurableApiError('ResourceNotFoundException', `Durable execution not found: ${arn}`);
  }

  /** `CheckpointDurableExecution` */
  checkpoint(request: CheckpointRequest): CheckpointResponse {
    return this.execution(request.DurableExecutionArn).checkpoint(request);
  }

  /** `GetDurableExecutionState` */
  getState(request: StateRequest): StatePage {
    return this.execution(request.DurableExecutionArn).state(request);
  }

  /** `GetDurableExecution` */
  getExecution(arn: string | undefined): ExecutionDescription {
    return this.execution(arn).description;
  }

  /** `GetDurableExecutionHistory`, all of it */
  getHistory(arn: string | undefined): readonly HistoryEvent[] {
    return this.execution(arn).history;
  }

  /** `StopDurableExecution` */
  stop(arn: string | undefined, error?: ErrorObject): { StopTimestamp: Date } {
    const execution = this.execution(arn);
    execution.stop(error);
    return { StopTimestamp: execution.description.EndTimestamp ?? this.#clock.now() };
  }

  /**
   * `SendDurableExecutionCallbackSuccess`
   *
   * @param result JSON
   * @throws CallbackTimeoutException where the callback has ended, ResourceNotFoundException where there was none
   */
  callbackSucceeded(callbackId: string, result?: string): void {
    this.#endCallback(callbackId, { status: 'SUCCEEDED', result });
  }

  /** `SendDurableExecutionCallbackFailure` @throws as `callbackSucceeded` */
  callbackFailed(callbackId: string, error: ErrorObject = {}): void {
    this.#endCallback(callbackId, { status: 'FAILED', error });
  }

  /** `SendDurableExecutionCallbackHeartbeat` @throws as `callbackSucceeded` */
  callbackHeartbeat(callbackId: string): void {
    const { execution, operationId } = this.#callback(callbackId);
    execution.heartbeat(operationId);
  }

  #endCallback(callbackId: string, ending: Ending): void {
    const { execution, operationId } = this.#callback(callbackId);
    execution.endCallback(operationId, ending);
  }

  #callback(callbackId: string): { execution: Execution; operationId: string } {
    const callback = this.#callbacks.get(callbackId);
    if (callback) return callback;
    throw new DurableApiError('ResourceNotFoundException', `Callback not found: ${callbackId}`);
  }

  #newCallback(execution: Execution, operationId: string): string {
    const id = Buffer.from(JSON.stringify({ arn: execution.identity.arn, operationId, token: this.#newId() })).toString(
      'base64',
    );
    this.#callbacks.set(id, { execution, operationId });
    return id;
  }

  async #invoke(options: DurableEngineOptions, execution: Execution, event: DurableInvocationInput): Promise<unknown> {
    const { functionArn, version } = execution.identity;
    this.#running += 1;
    try {
      return await options.invoke({ functionArn, version, event, execution });
    } finally {
      this.#running -= 1;
      // After the execution has read the outcome, which may start the next invocation.
      setImmediate(() => {
        if (this.#running > 0) return;
        this.#idle.resolve();
        this.#idle = Promise.withResolvers();
      });
    }
  }

  /** The execution that has the name, unless its retention is over. */
  #named(name: string): Execution | undefined {
    const kept = this.#executions.get(this.#names.get(name) ?? '');
    if (!kept) return undefined;
    const { EndTimestamp } = kept.execution.description;
    const isOver = EndTimestamp && this.#clock.now().getTime() - EndTimestamp.getTime() > kept.retentionDays * DAY_MS;
    return isOver ? undefined : kept.execution;
  }

  #onEnd(execution: Execution, options: DurableEngineOptions): void {
    this.#ended.push(execution);
    if (this.#ended.length > MAX_ENDED) this.#forget(this.#ended.shift() as Execution);
    options.onEnd?.(execution);
  }

  #forget({ identity, operations }: Execution): void {
    this.#executions.delete(identity.arn);
    if (this.#names.get(identity.name) === identity.arn) this.#names.delete(identity.name);
    for (const { CallbackDetails } of operations) this.#callbacks.delete(CallbackDetails?.CallbackId ?? '');
  }
}
