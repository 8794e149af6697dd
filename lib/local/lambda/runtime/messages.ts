/** What the host and a function's process send each other over the process's IPC channel. */
import type { AriExchange } from './ari-requests.ts';

/** From the host: run the handler with this event. */
export interface Invocation {
  requestId: string;
  payload: unknown;
  /** Epoch milliseconds at which the host kills the process. */
  deadline: number;
  /** `_X_AMZN_TRACE_ID`; empty where the event is not traced. */
  traceId: string;
  /** The ARN by which the function was invoked: of the function, of a version or of an alias. */
  functionArn: string;
}

/** How Lambda reports a function's error: the payload of a failed invocation. */
export interface FunctionError {
  /** The error's name, or `Runtime.…` or `Sandbox.…` where the error is not one that the function threw. */
  errorType: string;
  errorMessage: string;
  /** The stack, line by line. */
  trace?: string[];
}

/** What a streaming handler wrote. */
export interface StreamedResponse {
  contentType: string;
  /** Base64. */
  body: string;
  /** Why the stream ended early. */
  error?: FunctionError | undefined;
}

/**
 * To the host. Each stands for a request of Lambda's runtime API: `loaded` for the first `next`, `unloadable` for
 * `init/error`, `done` and `streamed` for `response`, `failed` for `error`.
 */
export type Report =
  | { kind: 'loaded' }
  | { kind: 'unloadable'; error: FunctionError }
  | { kind: 'done'; requestId: string; response: string }
  | ({ kind: 'streamed'; requestId: string } & StreamedResponse)
  /** `fatal`: the process exits after it. */
  | { kind: 'failed'; requestId: string; error: FunctionError; fatal?: true }
  | { kind: 'command'; requestId: string; exchange: AriExchange };
