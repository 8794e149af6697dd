import type { BusEvent } from '../bus/index.ts';
import type { InvocationOutcome, ObservedCommand, ObservedInvocation } from '../lambda/index.ts';
import type { LocalRule } from '../template/index.ts';

/** Receives what happens in the local system, as it happens. All times are those of the call. */
export interface LocalObserver {
  /** An event is on the bus. `rules` are all rules of that bus, `matched` those that it matches. */
  onEvent(event: BusEvent, matched: readonly LocalRule[], rules: readonly LocalRule[]): void;
  onInvocationStart(invocation: ObservedInvocation): void;
  onInvocationEnd(invocation: ObservedInvocation, outcome: InvocationOutcome): void;
  onCommand(command: ObservedCommand): void;
  /** An event that was not handled is in a dead-letter queue. */
  onDeadLetter(queue: string, message: { body: string; attributes: Record<string, string> }): void;
  /** A line that a function or the connector wrote; `requestId` where it was written during an invocation. */
  onLog(origin: string, line: string, requestId?: string): void;
}
