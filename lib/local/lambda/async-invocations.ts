import { randomUUID } from 'node:crypto';
import { AwsAge, type AwsWaits } from '../aws/index.ts';
import type { AsynchronousConfig } from '../template/index.ts';
import { type Condition, type FailedEventObserver, giveUp } from './failed-event.ts';
import type { LambdaHost } from './host.ts';
import type { InvocationOutcome, ObservedInvocation } from './observed.ts';
import type { FunctionError } from './runtime/messages.ts';

/** Lambda waits a minute before the second attempt, and two before the third. */
const RETRY_WAITS_MS = [60_000, 120_000];
const DEFAULT_MAX_RETRIES = 2;
const DEFAULT_MAX_AGE_SECONDS = 6 * 3600;
/** With more events waiting for one function, further ones are throttled: EventBridge has to retry. */
const MAX_WAITING = 10_000;

/** An event in Lambda's own queue. */
interface QueuedEvent {
  host: LambdaHost;
  requestId: string;
  /** By which it was invoked: the function's, or that of a version or an alias. */
  functionArn: string;
  payload: unknown;
  /** The payload as it came. */
  text: string;
  asynchronous: AsynchronousConfig;
  eventId: string;
  traceId: string;
  age: AwsAge;
  attempts: number;
  lastError?: FunctionError;
}

/** What an event invokes. */
export interface Invoked {
  host: LambdaHost;
  functionArn: string;
  /** How it handles an event that it fails on: versions and aliases have settings of their own. */
  asynchronous: AsynchronousConfig;
}

export interface AsyncObserver extends FailedEventObserver {
  onEnd(invocation: ObservedInvocation, outcome: InvocationOutcome): void;
}

/** Lambda's asynchronous invocation: accepts events at once, retries failures, and gives up as configured. */
export class AsyncInvocations {
  readonly #waits: AwsWaits;
  readonly #observer: AsyncObserver;

  constructor(waits: AwsWaits, observer: AsyncObserver) {
    this.#waits = waits;
    this.#observer = observer;
  }

  /**
   * @param text JSON
   * @returns whether the event was accepted; false when too many are waiting
   */
  invoke({ host, functionArn, asynchronous }: Invoked, text: string, eventId: string, traceId: string): boolean {
    if (host.waiting >= MAX_WAITING) return false;
    const event: QueuedEvent = {
      ...{ host, functionArn, asynchronous, text, eventId, traceId },
      ...{ requestId: randomUUID(), payload: JSON.parse(text), age: new AwsAge(), attempts: 0 },
    };
    // Not within the sender's call: PutEvents gets its response first.
    if (host.fn.reservedConcurrency === 0) this.#giveUp(event, 'ZeroReservedConcurrency');
    else this.#try(event);
    return true;
  }

  #try(event: QueuedEvent): void {
    const { host, requestId, functionArn, payload, eventId, traceId } = event;
    host.run(
      { requestId, functionArn, payload, eventId, traceId, attempt: event.attempts + 1 },
      {
        expires: event.age.reaches(maxAgeMs(event)),
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
    const { maxRetryAttempts = DEFAULT_MAX_RETRIES } = event.asynchronous;
    const wait = RETRY_WAITS_MS[event.attempts - 1] ?? 0;
    const outcome = { ms, error: `${error.errorType}: ${error.errorMessage}` };
    if (event.attempts > maxRetryAttempts) {
      this.#observer.onEnd(invocation, outcome);
      this.#giveUp(event, 'RetriesExhausted');
    } else if (event.age.ms + wait > maxAgeMs(event)) {
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
    giveUp({ ...event, fn: event.host.fn }, condition, this.#observer);
  }
}

function maxAgeMs({ asynchronous: { maxEventAgeSeconds = DEFAULT_MAX_AGE_SECONDS } }: QueuedEvent): number {
  return maxEventAgeSeconds * 1000;
}
