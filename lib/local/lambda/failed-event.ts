import type { AsynchronousConfig, LocalFunction } from '../template/index.ts';
import type { FunctionError } from './runtime/messages.ts';

/** Why Lambda gives up an event. */
export type Condition = 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

/** An event that Lambda has given up. */
export interface FailedEvent {
  fn: LocalFunction;
  requestId: string;
  /** By which it was invoked: the function's, or that of a version or an alias. */
  functionArn: string;
  /** The payload as it came. */
  text: string;
  asynchronous: AsynchronousConfig;
  attempts: number;
  lastError?: FunctionError | undefined;
}

export interface FailedEventObserver {
  /** Sends what was given up: a record to the on-failure destination, the event to the dead-letter queue. */
  send(arn: string, body: string, attributes: Record<string, string>): void;
  /** An event was given up and is lost: there is no destination for it. */
  onDropped(fn: LocalFunction, event: { requestId: string; condition: string }): void;
}

/** Sends an event that was given up where the function's configuration says. */
export function giveUp(event: FailedEvent, condition: Condition, observer: FailedEventObserver): void {
  const { fn, requestId, text, lastError } = event;
  const { onFailureArn } = event.asynchronous;
  const { deadLetterArn } = fn;
  if (onFailureArn) observer.send(onFailureArn, recordOf(event, condition), {});
  if (deadLetterArn) {
    observer.send(deadLetterArn, text, {
      RequestID: requestId,
      ErrorCode: lastError ? '200' : '429',
      ErrorMessage: (lastError?.errorMessage ?? 'Rate Exceeded.').slice(0, 1024),
    });
  }
  if (!onFailureArn && !deadLetterArn) observer.onDropped(fn, { requestId, condition });
}

/** The record for an on-failure destination (Lambda Developer Guide, "Adding a destination"). */
function recordOf(
  { requestId, functionArn, text, fn, attempts, lastError }: FailedEvent,
  condition: Condition,
): string {
  const { arn, version = '$LATEST' } = fn;
  const record = {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId,
      functionArn: functionArn === arn ? `${arn}:$LATEST` : functionArn,
      condition,
      approximateInvokeCount: attempts,
    },
    ...(lastError && {
      responseContext: { statusCode: 200, executedVersion: version, functionError: 'Unhandled' },
      responsePayload: lastError,
    }),
  };
  return `${JSON.stringify(record).slice(0, -1)},"requestPayload":${text}}`;
}
