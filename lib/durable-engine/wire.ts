/** What kind of operation a durable function runs. `EXECUTION` is the execution itself, always the first. */
export type OperationType = 'EXECUTION' | 'CONTEXT' | 'STEP' | 'WAIT' | 'CALLBACK' | 'CHAINED_INVOKE';

export type OperationStatus =
  | 'STARTED'
  | 'PENDING'
  | 'READY'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'CANCELLED'
  | 'TIMED_OUT'
  | 'STOPPED';

export type OperationAction = 'START' | 'SUCCEED' | 'FAIL' | 'RETRY' | 'CANCEL';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'STOPPED';

export interface ErrorObject {
  ErrorMessage?: string | undefined;
  ErrorType?: string | undefined;
  ErrorData?: string | undefined;
  StackTrace?: string[] | undefined;
}

/** An operation, as the durable API describes it. Times are those of the engine's clock. */
export interface Operation {
  Id: string;
  ParentId?: string | undefined;
  Name?: string | undefined;
  Type: OperationType;
  SubType?: string | undefined;
  StartTimestamp: Date;
  EndTimestamp?: Date | undefined;
  Status: OperationStatus;
  ExecutionDetails?: { InputPayload?: string | undefined } | undefined;
  ContextDetails?: ({ ReplayChildren?: boolean | undefined } & Outcome) | undefined;
  StepDetails?: ({ Attempt?: number | undefined; NextAttemptTimestamp?: Date | undefined } & Outcome) | undefined;
  WaitDetails?: { ScheduledEndTimestamp?: Date | undefined } | undefined;
  CallbackDetails?: { CallbackId?: string | undefined } & Outcome;
  ChainedInvokeDetails?: Outcome;
}

interface Outcome {
  /** JSON */
  Result?: string | undefined;
  Error?: ErrorObject | undefined;
}

/** A change of an operation, as a function sends it with a checkpoint. */
export interface OperationUpdate {
  Id: string | undefined;
  ParentId?: string | undefined;
  Name?: string | undefined;
  Type: OperationType | undefined;
  SubType?: string | undefined;
  Action: OperationAction | undefined;
  Payload?: string | undefined;
  Error?: ErrorObject | undefined;
  ContextOptions?: { ReplayChildren?: boolean | undefined } | undefined;
  StepOptions?: { NextAttemptDelaySeconds?: number | undefined } | undefined;
  WaitOptions?: { WaitSeconds?: number | undefined } | undefined;
  CallbackOptions?: { TimeoutSeconds?: number | undefined; HeartbeatTimeoutSeconds?: number | undefined } | undefined;
  ChainedInvokeOptions?: { FunctionName: string | undefined; TenantId?: string | undefined } | undefined;
}

export interface CheckpointRequest {
  DurableExecutionArn: string | undefined;
  CheckpointToken: string | undefined;
  Updates?: OperationUpdate[] | undefined;
  /** The same request again gets the same response. @default none: a repeated request has a used token */
  ClientToken?: string | undefined;
}

export interface CheckpointResponse {
  CheckpointToken: string;
  /** The operations that changed since the last checkpoint, those of this one included. */
  NewExecutionState: { Operations: Operation[]; NextMarker?: string | undefined };
}

export interface StateRequest {
  DurableExecutionArn: string | undefined;
  CheckpointToken: string | undefined;
  Marker?: string | undefined;
  /** 0 to 1,000. @default 100, for 0 as well */
  MaxItems?: number | undefined;
}

export interface StatePage {
  Operations: Operation[];
  NextMarker?: string | undefined;
}

/** What a durable function is invoked with. */
export interface DurableInvocationInput {
  DurableExecutionArn: string;
  CheckpointToken: string;
  /** Operations that changed since the last checkpoint of the invocation before. */
  UpdatedOperationIds: string[];
  InitialExecutionState: StatePage;
}

/** What a durable function returns. */
export type DurableInvocationOutput =
  | { Status: 'SUCCEEDED'; Result?: string | undefined }
  | { Status: 'FAILED'; Error: ErrorObject }
  | { Status: 'PENDING' };

/** A line of an execution's history, as `GetDurableExecutionHistory` gives it. */
export interface HistoryEvent {
  /** From 1. */
  EventId: number;
  EventType: string;
  EventTimestamp: Date;
  Id?: string | undefined;
  ParentId?: string | undefined;
  Name?: string | undefined;
  SubType?: string | undefined;
  /** `StepFailedDetails`, `WaitStartedDetails`, …: one, by the event's type. */
  [details: `${string}Details`]: Record<string, unknown> | undefined;
}

/** An execution, as `GetDurableExecution` gives it. */
export interface ExecutionDescription {
  DurableExecutionArn: string;
  DurableExecutionName: string;
  FunctionArn: string;
  Version: string;
  Status: ExecutionStatus;
  StartTimestamp: Date;
  EndTimestamp?: Date | undefined;
  InputPayload?: string | undefined;
  Result?: string | undefined;
  Error?: ErrorObject | undefined;
}
