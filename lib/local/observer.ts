import type { AriExchange } from './ari-requests.ts';
import type { BusEvent } from './bus.ts';
import type { LocalFunction, LocalRule } from './deployment.ts';

/** One attempt of a function at one event. */
export interface ObservedInvocation {
  /** Lambda's request id: the same for every attempt at an event. */
  requestId: string;
  fn: LocalFunction;
  /** What the function was given: the event, or what the rule's input made of it. */
  payload: unknown;
  /** `metadata.id` of the event it stems from, or the bus's own id where that has none. */
  eventId: string;
  /** From 1. */
  attempt: number;
  /** The first invocation of a new process. */
  cold: boolean;
}

/** One HTTP request of a function to Asterisk, and what came back. */
export interface ObservedCommand extends AriExchange {
  requestId: string;
  fn: LocalFunction;
}

/** What happens in the local system, as it happens. All times are those of the call. */
export interface LocalObserver {
  /** An event is on the bus. `rules` are all rules of that bus, `matched` those that it matches. */
  onEvent(event: BusEvent, matched: readonly LocalRule[], rules: readonly LocalRule[]): void;
  onInvocationStart(invocation: ObservedInvocation): void;
  onInvocationEnd(
    invocation: ObservedInvocation,
    outcome: {
      ms: number /** `Name: message` */;
      error?: string /** Lambda tries again after this long. */;
      retryInMs?: number;
    },
  ): void;
  onCommand(command: ObservedCommand): void;
  /** What nobody handled is in a dead-letter queue. */
  onDeadLetter(queue: string, message: { body: string; attributes: Record<string, string> }): void;
  /** A line that a function or the connector wrote; `requestId` where it was written during an invocation. */
  onLog(origin: string, line: string, requestId?: string): void;
}
