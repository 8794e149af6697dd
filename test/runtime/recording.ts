import type { FunctionError, StreamedResponse } from '../../lib/local/lambda/runtime/messages.ts';
import type { LocalFunction } from '../../lib/local/template/index.ts';

/** What a runtime sent Lambda, by the runtime API or in its place. */
export type Sent =
  | { kind: 'next' }
  | { kind: 'init/error'; error: FunctionError }
  | { kind: 'response'; requestId: string; body: string }
  | ({ kind: 'streamed response'; requestId: string } & StreamedResponse)
  | { kind: 'error'; requestId: string; error: FunctionError }
  /** The process ended by itself. */
  | { kind: 'exit'; code: number | null };

/** All that a function's process did. */
export interface Recording {
  sent: Sent[];
  stdout: string;
  stderr: string;
}

/** A function, and the events that one environment receives, one after the other. */
export interface Case {
  /** A sentence: what the function does. */
  name: string;
  /** Files of its code, by path. */
  files: Record<string, string>;
  /** Files of layers, in their order. */
  layers?: Record<string, string>[];
  /** @default index.handler */
  handler?: string;
  /** @default nodejs22.x and nodejs24.x */
  runtimes?: string[];
  environment?: Record<string, string>;
  logging?: LocalFunction['logging'];
  /** @default one empty event */
  events?: unknown[];
}

/** Runs a function's events in one process, until the last has an outcome or the process has ended. */
export type Run = (fn: LocalFunction, events: readonly unknown[]) => Promise<Recording>;

export const requestIdOf = (index: number): string => `00000000-0000-4000-8000-00000000000${index}`;
export const traceIdOf = (index: number): string => `Root=1-00000000-00000000000000000000000${index};Sampled=0`;
export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:name';
/** How long a function has, from when it has its event. */
export const TIME_LIMIT_MS = 5000;
