import type { LocalFunction } from '../template/index.ts';
import type { AriExchange } from './runtime/ari-requests.ts';

/** One attempt of a function at one event. */
export interface ObservedInvocation {
  /** Lambda's request id: the same for every attempt at an event. */
  requestId: string;
  fn: LocalFunction;
  /** What the function received: the event, or the rule's input made from it. */
  payload: unknown;
  /** `metadata.id` of its event, or the bus's own id where the event has none. */
  eventId: string;
  /** From 1. */
  attempt: number;
  /** The first invocation of a new process. */
  cold: boolean;
  /** Of a durable function. */
  flow?: ObservedFlow | undefined;
}

/** An invocation of a durable execution. */
export interface ObservedFlow {
  /** The execution's name. */
  execution: string;
  /** From 1: further ones replay what was before. */
  invocation: number;
  /** What the execution began with. */
  input: unknown;
  /** Names of the operations whose end invoked it again. */
  resumedBy: string[];
}

/** One HTTP request of a function to Asterisk, and the response. */
export interface ObservedCommand extends AriExchange {
  requestId: string;
  fn: LocalFunction;
}

/** How an attempt ended. */
export interface InvocationOutcome {
  ms: number;
  /** `Name: message`; absent where it succeeded. */
  error?: string;
  /** How long until Lambda retries; absent where it does not. */
  retryInMs?: number;
}
