import { randomUUID } from 'node:crypto';
import { AwsAge, type AwsWaits } from '../aws/index.ts';
import type { LocalFunction } from '../template/index.ts';
import type { LambdaHost } from './host.ts';
import type { InvocationOutcome, ObservedInvocation } from './observed.ts';
import type { FunctionError } from './runtime/messages.ts';

/** Lambda waits a minute before the second attempt, and two before the third. */
const RETRY_WAITS_MS = [60_000, 120_000];
const DEFAULT_MAX_RETRIES = 2;
const DEFAULT_MAX_AGE_SECONDS = 6 * 3600;
/** With more events waiting for one function, further ones are throttled: EventBridge has to retry. */
const MAX_WAITING = 10_000;

/** Why Lambda gives up an event. */
type Condition = 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

/** An event in Lambda's own queue. */
interface QueuedEvent {
  host: LambdaHost;
  requestId: string;
  payload: unknown;
  eventId: string;
  traceId: string;
  age: AwsAge;
  attempts: number;
  lastError?: FunctionError;
}

export interface AsyncObserver {
  onEnd(invocation: ObservedInvocation, outcome: InvocationOutcome): void;
  /** Sends what was given up: a record to the on-failure destination, the event to the dead-letter queue. */
  send(arn: string, body: string, attributes: Record<string, string>): void;
  /** An event was given up and is lost: there is no destination for it. */
  onDropped(fn: LocalFunction, event: { requestId: string; condition: string }): void;
}

/** Lambda's asynchronous invocation: accepts events at once, retries failures, and gives up as configured. */
export class AsyncInvocations {
  readonly #waits: AwsWaits;
  readonly #observer: AsyncObserver;

  constructor(waits: AwsWaits, observer: AsyncObserver) {
    this.#waits = waits;
    this.#observer = observer;
  }

  /** @returns whether the event was accepted; false when too many are waiting */
  invoke(host: LambdaHost, payload: unknown, eventId: string, traceId: string): boolean {
    if (host.waiting >= MAX_WAITING) return false;
    const event = { host, requestId: randomUUID(), payload, eventId, traceId, age: new AwsAge(), attempts: 0 };
    // Not within the sender's call: PutEvents gets its response first.
    if (host.fn.reservedConcurrency === 0) this.#giveUp(event, 'ZeroReservedConcurrency');
    else this.#try(event);
    return true;
  }

  #try(event: QueuedEvent): void {
    const { host, requestId, payload, eventId, traceId } = event;
    host.run(
      { requestId, payload, eventId, traceId, attempt: event.attempts + 1 },
      {
        expires: event.age.reaches(maxAgeMs(host.fn)),
        expired: () => this.#giveUp(event, 'EventAgeExceeded'),
        ended: (invocation, { ms, error }) => this.#ended(event, invocation, ms, error),
      },
    );
  }

  #ended(event: QueuedEvent, invocation: ObservedInvocation, ms: number, error: FunctionError | undefined): void {
    event.attempts += 1;
    if (!error) {
      this.#observer.onEnd(invocation, { ms });
      return;
    }
    event.lastError = error;
    const { asynchronous: { maxRetryAttempts = DEFAULT_MAX_RETRIES } = {} } = event.host.fn;
    const wait = RETRY_WAITS_MS[event.attempts - 1] ?? 0;
    const outcome = { ms, error: `${error.errorType}: ${error.errorMessage}` };
    if (event.attempts > maxRetryAttempts) {
      this.#observer.onEnd(invocation, outcome);
      this.#giveUp(event, 'RetriesExhausted');
    } else if (event.age.ms + wait > maxAgeMs(event.host.fn)) {
      // Like Lambda, give up at once an event that would be too old at its next attempt.
      this.#observer.onEnd(invocation, outcome);
      this.#giveUp(event, 'EventAgeExceeded');
    } else {
      const here = this.#waits.here(wait);
      this.#observer.onEnd(invocation, { ...outcome, retryInMs: here });
      event.age.waited(wait, here);
      this.#waits.after(wait, () => this.#try(event));
    }
  }

  #giveUp(event: QueuedEvent, condition: Condition): void {
    const { requestId, payload, lastError, host } = event;
    const { asynchronous: { onFailureArn } = {}, deadLetterArn } = host.fn;
    if (onFailureArn) this.#observer.send(onFailureArn, JSON.stringify(recordOf(event, condition)), {});
    if (deadLetterArn) {
      this.#observer.send(deadLetterArn, JSON.stringify(payload), {
        RequestID: requestId,
        ErrorCode: lastError ? '200' : '429',
        ErrorMessage: (lastError?.errorMessage ?? 'Rate Exceeded.').slice(0, 1024),
      });
    }
    if (!onFailureArn && !deadLetterArn) this.#observer.onDropped(host.fn, { requestId, condition });
  }
}

function maxAgeMs({ asynchronous: { maxEventAgeSeconds = DEFAULT_MAX_AGE_SECONDS } = {} }: LocalFunction): number {
  return maxEventAgeSeconds * 1000;
}

/** The record for an on-failure destination (Lambda Developer Guide, "Adding a destination"). */
function recordOf({ requestId, payload, host, attempts, lastError }: QueuedEvent, condition: Condition): object {
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId,
      functionArn: `${host.fn.arn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: payload,
    ...(lastError && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: lastError,
    }),
  };
}
