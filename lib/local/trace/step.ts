/**
 * What happened in the local system, step by step: printed in the terminal, drawn in the console. A step is plain JSON
 * and has what fits into a line; the rest (`StepDetail`) is requested step by step. Times are epoch milliseconds.
 */

/** The call id of steps that belong to no call. */
export const SYSTEM = 'system';

interface StepBase {
  /** From 1, in the order in which they became known. */
  number: number;
  /** The call's id: Asterisk's linkedid, else the channel's id, else `system`. A leg has the id of the call that made it. */
  call: string;
  /** When it began. */
  at: number;
}

/** An event is on the bus. */
export interface EventStep extends StepBase {
  kind: 'event';
  /** `metadata.id`, or the bus's own where the event has none. */
  eventId: string;
  source: string;
  type: string;
  /** A few words that distinguish one event of a type from another. */
  about: string;
  /** The caller, where the event's channel names one. */
  caller?: string;
  /** The extension that was called. */
  extension?: string;
  channelId?: string;
  /** Asterisk's timestamp. */
  happenedAt?: number;
  /** When the connector read it. */
  receivedAt?: number;
  /** Titles of the rules that match. */
  matched: string[];
}

/** One attempt of a function at an event. */
export interface InvocationStep extends StepBase {
  kind: 'invocation';
  requestId: string;
  eventId: string;
  fn: string;
  /** The event's type. Of a flow that goes on: the names of what has ended meanwhile. */
  type: string;
  attempt: number;
  cold: boolean;
  /** Of a flow: how often it was invoked before for this call. Each time it runs again what it did before. */
  replay?: number;
  /** Absent while it runs. */
  ms?: number;
  error?: string;
  retryInMs?: number;
}

/** A command of a function to Asterisk, and the response. */
export interface CommandStep extends StepBase {
  kind: 'command';
  requestId: string;
  fn: string;
  /** Such as `channels.answer`. */
  operation: string;
  method: string;
  path: string;
  status?: number;
  error?: string;
  ms: number;
}

/** A line that a function or the connector wrote. */
export interface LogStep extends StepBase {
  kind: 'log';
  origin: string;
  level: string;
  message: string;
  requestId?: string;
}

/** An event that was not handled is in a dead-letter queue. */
export interface DeadLetterStep extends StepBase {
  kind: 'deadLetter';
  queue: string;
  about: string;
}

/** An action of a caller, or of the console's user: dialled, pressed a digit, hung up, sent an event again. */
export interface CallerStep extends StepBase {
  kind: 'caller';
  text: string;
}

export type Step = EventStep | InvocationStep | CommandStep | LogStep | DeadLetterStep | CallerStep;
