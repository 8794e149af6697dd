import type { DurableInvocationOutput, ErrorObject } from './wire.ts';

/**
 * Reads what a durable function returned. What is not an output of the durable SDK fails the execution, as a function that
 * is not durable would return it each time.
 */
export function outputOf(value: unknown): DurableInvocationOutput {
  const output = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { Status, Result, Error: error } = output;
  if (Status === 'PENDING') return { Status };
  if (Status === 'SUCCEEDED' && (Result == null || typeof Result === 'string')) {
    return { Status, Result: Result ?? undefined };
  }
  if (Status === 'FAILED') return { Status, Error: (error ?? {}) as ErrorObject };
  const ErrorMessage = 'Expected Status in the invocation output to be SUCCEEDED, FAILED or PENDING.';
  return { Status: 'FAILED', Error: { ErrorType: 'InvalidParameterValueException', ErrorMessage } };
}

/** The reason why an invocation failed: an ErrorObject, what Lambda reports of a function's error, or an error. */
export function errorOf(reason: unknown): ErrorObject {
  if (reason instanceof Error) {
    return { ErrorType: reason.name, ErrorMessage: reason.message, StackTrace: reason.stack?.split('\n').slice(1) };
  }
  const { ErrorType, ErrorMessage, ErrorData, StackTrace, errorType, errorMessage, trace } = (
    typeof reason === 'object' && reason !== null ? reason : { ErrorMessage: String(reason) }
  ) as Record<string, never>;
  return {
    ErrorType: ErrorType ?? errorType,
    ErrorMessage: ErrorMessage ?? errorMessage,
    ErrorData,
    StackTrace: StackTrace ?? trace,
  };
}
