import type { EngineClock } from './clock.ts';
import type { DurableInvocationInput, ErrorObject } from './wire.ts';

/** How a callback, or an invocation of another function, ends. */
export interface Ending {
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  /** JSON */
  result?: string | undefined;
  error?: ErrorObject | undefined;
}

/** What an execution needs of the engine. */
export interface ExecutionHost<Execution> {
  clock: EngineClock;
  newId(): string;
  /** A callback was created. @returns its id */
  newCallback(execution: Execution, operationId: string): string;
  /** @returns what the function returned. @throws where the invocation failed */
  invoke(execution: Execution, event: DurableInvocationInput): Promise<unknown>;
  /** Runs another function for this one. @returns its response, as JSON. @throws its error */
  invokeOther(functionName: string, payload: string): Promise<string | undefined>;
  /** How long after the given number of failed invocations in a row the next one starts. */
  retryDelaySeconds(failures: number): number;
  /** Operations of the page of state that comes with an invocation. */
  firstPage: number;
  onEnd(execution: Execution): void;
}

/** What identifies an execution. */
export interface ExecutionIdentity {
  arn: string;
  name: string;
  /** Without a version. */
  functionArn: string;
  /** It ends on the version that it began with. */
  version: string;
  /** JSON */
  input: string;
  timeoutSeconds: number;
}
