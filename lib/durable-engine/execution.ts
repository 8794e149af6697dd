import { applyUpdate, type CheckedUpdate } from './apply-update.ts';
import { checkUpdates } from './check-updates.ts';
import { DurableApiError, invalid } from './errors.ts';
import type { Ending, ExecutionHost, ExecutionIdentity } from './execution-host.ts';
import { errorOf, outputOf } from './invocation-output.ts';
import { OperationLog } from './operation-log.ts';
import { Timers } from './timers.ts';
import type {
  CheckpointRequest,
  CheckpointResponse,
  ErrorObject,
  ExecutionDescription,
  ExecutionStatus,
  HistoryEvent,
  Operation,
  StatePage,
  StateRequest,
} from './wire.ts';

/** Timers of the execution itself have this owner, which is no operation's id. */
const EXECUTION = '';

/** One execution of a durable function: invokes it until it has ended, and keeps what it did in between. */
export class Execution {
  readonly identity: ExecutionIdentity;
  readonly startedAt: Date;
  readonly #host: ExecutionHost<Execution>;
  readonly #log: OperationLog;
  readonly #root: Operation;
  readonly #timers: Timers;
  /** Responses by client token. */
  readonly #answered = new Map<string, CheckpointResponse>();
  readonly #ended = Promise.withResolvers<void>();
  #end: Pick<ExecutionDescription, 'Status' | 'EndTimestamp' | 'Result' | 'Error'> = { Status: 'RUNNING' };
  #invocations = 0;
  #invoking = false;
  #waitsForRetry = false;
  #failures = 0;
  /** What the next checkpoint has to bring; none while no invocation runs. */
  #token: string | undefined;

  constructor(host: ExecutionHost<Execution>, identity: ExecutionIdentity) {
    this.identity = identity;
    this.startedAt = host.clock.now();
    this.#host = host;
    this.#timers = new Timers(host.clock);
    this.#log = new OperationLog(() => host.clock.now());
    const { input, name, timeoutSeconds } = identity;
    this.#root = {
      // SDKs of other languages look for it by this id.
      ...{
        Id: identity.arn.split('/').at(-1) ?? '',
        Type: 'EXECUTION',
        Status: 'STARTED',
        StartTimestamp: this.startedAt,
        Name: name,
      },
      ExecutionDetails: { InputPayload: input },
    };
    this.#log.put(this.#root);
    this.#log.takeChanges();
    this.#log.record('ExecutionStarted', this.#root, { Input: { Payload: input }, ExecutionTimeout: timeoutSeconds });
    this.#timers.set(EXECUTION, 'time-out', timeoutSeconds, () =>
      this.#finish('TIMED_OUT', undefined, { ErrorMessage: `Execution timed out after ${timeoutSeconds} seconds` }),
    );
  }

  get status(): ExecutionStatus {
    return this.#end.Status;
  }

  /** How often the function was invoked. */
  get invocations(): number {
    return this.#invocations;
  }

  /** Whether an invocation of the function is running. */
  get invoking(): boolean {
    return this.#invoking;
  }

  /** Resolves when the execution has ended, in whatever way. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get history(): readonly HistoryEvent[] {
    return this.#log.history;
  }

  /** All operations, in the order of their start, those of contexts that have ended included. */
  get operations(): readonly Operation[] {
    return [...this.#log.operations.values()];
  }

  get description(): ExecutionDescription {
    const { arn, name, functionArn, version, input } = this.identity;
    return {
      ...{ DurableExecutionArn: arn, DurableExecutionName: name, FunctionArn: functionArn, Version: version },
      ...{ InputPayload: input, StartTimestamp: this.startedAt, ...this.#end },
    };
  }

  /** Invokes the function. If it is running, it reads the changes with its next checkpoint, or is invoked again. */
  wake(): void {
    if (this.status === 'RUNNING' && !this.#invoking && !this.#waitsForRetry) void this.#invoke();
  }

  /** @throws InvalidParameterValueException */
  checkpoint({ CheckpointToken, Updates = [], ClientToken }: CheckpointRequest): CheckpointResponse {
    const answered = ClientToken === undefined ? undefined : this.#answered.get(ClientToken);
    if (answered) return answered;
    this.#checkToken(CheckpointToken);
    checkUpdates(Updates, this.#log.operations);
    for (const update of Updates as CheckedUpdate[]) this.#apply(update);
    const token = tokenOf(this.#host.newId());
    // The execution may have ended with the last update.
    if (this.status === 'RUNNING') this.#token = token;
    const response = { CheckpointToken: token, NewExecutionState: { Operations: this.#log.takeChanges() } };
    if (ClientToken !== undefined) this.#answered.set(ClientToken, response);
    return response;
  }

  /** @throws InvalidParameterValueException */
  state({ CheckpointToken, Marker, MaxItems }: StateRequest): StatePage {
    this.#checkToken(CheckpointToken);
    return this.#log.page(Marker, MaxItems);
  }

  /** @throws CallbackTimeoutException where the callback has ended */
  endCallback(operationId: string, ending: Ending): void {
    const { CallbackDetails } = this.#openCallback(operationId);
    this.#endOperation(operationId, ending, {
      CallbackDetails: { ...CallbackDetails, Result: ending.result, Error: ending.error },
    });
  }

  /** Starts the time of the heartbeat again. @throws CallbackTimeoutException where the callback has ended */
  heartbeat(operationId: string): void {
    this.#openCallback(operationId);
    const started = this.history.find(({ Id, EventType }) => Id === operationId && EventType === 'CallbackStarted');
    const seconds = Number(started?.CallbackStartedDetails?.HeartbeatTimeout ?? 0);
    if (seconds > 0) this.#limitHeartbeat(operationId, seconds);
  }

  stop(error: ErrorObject | undefined): void {
    if (this.status === 'RUNNING') this.#finish('STOPPED', undefined, error);
  }

  #checkToken(token: string | undefined): void {
    if (!token) throw invalid('Checkpoint token is required');
    if (token !== this.#token) throw invalid('Invalid Checkpoint Token');
  }

  async #invoke(): Promise<void> {
    const { clock, newId, firstPage } = this.#host;
    this.#invoking = true;
    this.#invocations += 1;
    this.#token = tokenOf(newId());
    const UpdatedOperationIds = this.#log.takeChanges().map(({ Id }) => Id);
    const event = {
      ...{ DurableExecutionArn: this.identity.arn, CheckpointToken: this.#token, UpdatedOperationIds },
      InitialExecutionState: this.#log.page('', firstPage),
    };
    const StartTimestamp = clock.now();
    const RequestId = newId();
    const settled = await this.#host
      .invoke(this, event)
      .then(outputOf, (reason: unknown) => ({ Status: 'CRASHED' as const, Error: errorOf(reason) }));
    this.#invoking = false;
    this.#token = undefined;
    this.#log.record('InvocationCompleted', undefined, {
      ...{ StartTimestamp, EndTimestamp: clock.now(), RequestId },
      ...('Error' in settled && { Error: { Payload: settled.Error } }),
    });
    if (this.status !== 'RUNNING') return;
    if (settled.Status === 'CRASHED') this.#retry();
    else if (settled.Status === 'SUCCEEDED') this.#finish('SUCCEEDED', settled.Result, undefined);
    else if (settled.Status === 'FAILED') this.#finish('FAILED', undefined, settled.Error);
    else this.#suspend();
  }

  /** Lambda invokes a function again whose invocation failed, until the execution's time is over. */
  #retry(): void {
    this.#failures += 1;
    this.#waitsForRetry = true;
    this.#timers.set(EXECUTION, 'retry', this.#host.retryDelaySeconds(this.#failures), () => {
      this.#waitsForRetry = false;
      this.wake();
    });
  }

  #suspend(): void {
    this.#failures = 0;
    if (this.#log.hasChanges) this.wake();
    else if (!this.#log.hasOpen) {
      const ErrorMessage = 'Cannot return PENDING status with no pending operations.';
      this.#finish('FAILED', undefined, { ErrorType: 'InvalidParameterValueException', ErrorMessage });
    }
  }

  #apply(update: CheckedUpdate): void {
    const { Id, Type, Action } = update;
    if (Type === 'EXECUTION') {
      this.#finish(Action === 'FAIL' ? 'FAILED' : 'SUCCEEDED', update.Payload, update.Error);
      return;
    }
    const { clock, newCallback } = this.#host;
    const isCallback = Type === 'CALLBACK' && Action === 'START';
    this.#timers.clear(Id);
    applyUpdate(this.#log, update, clock.now(), isCallback ? newCallback(this, Id) : '');
    if (Action === 'RETRY') {
      this.#timers.set(Id, 'retry', update.StepOptions?.NextAttemptDelaySeconds ?? 0, () => this.#ready(Id));
    }
    if (Action !== 'START') return;
    if (Type === 'WAIT') {
      const Duration = update.WaitOptions?.WaitSeconds ?? 0;
      this.#timers.set(Id, 'wait', Duration, () => this.#endOperation(Id, { status: 'SUCCEEDED' }, {}, { Duration }));
    }
    if (isCallback) this.#limitCallback(update);
    if (Type === 'CHAINED_INVOKE') void this.#invokeOther(update);
  }

  /** The wait before a step's next attempt is over. */
  #ready(id: string): void {
    const step = this.#log.operations.get(id);
    if (!step) return;
    this.#log.put({ ...step, Status: 'READY' });
    this.wake();
  }

  #limitCallback({ Id, CallbackOptions }: CheckedUpdate): void {
    const { TimeoutSeconds, HeartbeatTimeoutSeconds } = CallbackOptions ?? {};
    if (TimeoutSeconds) {
      const error = { ErrorMessage: 'Callback timed out' };
      this.#timers.set(Id, 'time-out', TimeoutSeconds, () => this.endCallback(Id, { status: 'TIMED_OUT', error }));
    }
    if (HeartbeatTimeoutSeconds) this.#limitHeartbeat(Id, HeartbeatTimeoutSeconds);
  }

  #limitHeartbeat(id: string, seconds: number): void {
    const error = { ErrorMessage: 'Callback timed out on heartbeat' };
    this.#timers.set(id, 'heartbeat', seconds, () => this.endCallback(id, { status: 'TIMED_OUT', error }));
  }

  #openCallback(id: string): Operation {
    const callback = this.#log.operations.get(id);
    if (callback?.Status === 'STARTED' && this.status === 'RUNNING') return callback;
    throw new DurableApiError('CallbackTimeoutException', 'The callback has ended, or its execution has.');
  }

  async #invokeOther({ Id, ChainedInvokeOptions, Payload = '{}' }: CheckedUpdate): Promise<void> {
    const ending = await this.#host.invokeOther(ChainedInvokeOptions?.FunctionName ?? '', Payload).then(
      (result): Ending => ({ status: 'SUCCEEDED', result }),
      (reason: unknown): Ending => ({ status: 'FAILED', error: errorOf(reason) }),
    );
    if (this.status !== 'RUNNING' || this.#log.operations.get(Id)?.Status !== 'STARTED') return;
    this.#endOperation(Id, ending, { ChainedInvokeDetails: { Result: ending.result, Error: ending.error } });
  }

  /** An operation ends that the function only waits for. */
  #endOperation(id: string, { status, result, error }: Ending, change: Partial<Operation>, details = {}): void {
    const before = this.#log.operations.get(id);
    if (!before) return;
    this.#timers.clear(id);
    const after = { ...before, ...change, Status: status, EndTimestamp: this.#host.clock.now() };
    this.#log.put(after);
    const kind = { WAIT: 'Wait', CALLBACK: 'Callback', CHAINED_INVOKE: 'ChainedInvoke' }[after.Type as 'WAIT'];
    this.#log.record(`${kind}${ENDED[status]}`, after, {
      ...(result !== undefined && { Result: { Payload: result } }),
      ...(error && { Error: { Payload: error } }),
      ...details,
    });
    this.wake();
  }

  #finish(
    status: Exclude<ExecutionStatus, 'RUNNING'>,
    result: string | undefined,
    error: ErrorObject | undefined,
  ): void {
    const EndTimestamp = this.#host.clock.now();
    this.#end = { Status: status, EndTimestamp, Result: result, Error: error };
    this.#token = undefined;
    this.#timers.clearAll();
    this.#answered.clear();
    this.#log.put({ ...this.#root, Status: status, EndTimestamp });
    this.#log.record(`Execution${ENDED[status]}`, this.#root, {
      ...(result !== undefined && { Result: { Payload: result } }),
      ...(error && { Error: { Payload: error } }),
    });
    this.#ended.resolve();
    this.#host.onEnd(this);
  }
}

/** AWS's tokens are Base64. */
function tokenOf(id: string): string {
  return Buffer.from(id).toString('base64');
}

const ENDED = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'TimedOut', STOPPED: 'Stopped' } as const;
