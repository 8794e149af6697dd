/**
 * Invocations as the runtimes before nodejs24.x run them: a handler returns a promise, or calls back; a result given to
 * the callback is sent when the event loop is empty.
 */
import { functionFields, invocationFields } from './context.ts';
import { errorOf } from './errors.ts';
import type { Handler } from './load-handler.ts';
import { logError } from './log.ts';
import type { Invocation } from './messages.ts';
import { responseText } from './response-text.ts';
import { stayAlive, tell } from './tell.ts';

type Outcome = (...values: unknown[]) => void;

let whenIdle: () => void = () => {};

/** Called when nothing is left that could keep the process alive. */
export function onIdle(): void {
  whenIdle();
}

export function invokeWithCallback(handler: Handler, invocation: Invocation): void {
  const { requestId } = invocation;
  let waits = true;
  let completed = false;

  const send = (result: unknown): void => {
    const response = responseText(result);
    stayAlive();
    tell({ kind: 'done', requestId, response });
  };
  const complete = (result: unknown): void => {
    if (completed) {
      console.error(
        'Invocation has already been reported as done. Cannot call complete more than once per invocation.',
      );
      return;
    }
    completed = true;
    send(result);
  };
  const refuse = (error: unknown): void => {
    logError('Invoke Error', error);
    stayAlive();
    tell({ kind: 'failed', requestId, error: errorOf(error) });
  };
  const settle = (error: unknown, result: unknown, waiting: boolean): void => {
    whenIdle = () => {};
    if (error !== undefined && error !== null) refuse(error);
    else if (!waiting) complete(result);
    else whenIdle = () => setImmediate(() => complete(result));
  };

  let settled = false;
  /** Of several outcomes the first one counts. */
  const first =
    (outcome: Outcome): Outcome =>
    (...values) => {
      if (settled) return;
      outcome(...values);
      settled = true;
    };
  const callback = first((error, result) => settle(error, result, waits));
  const succeed = first((result) => settle(null, result, false));
  const fail = first((error) => settle(error ?? 'handled', null, false));
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
    succeed,
    fail,
    done: first((error, result) => settle(error, result, false)),
  };
  // A handler that neither calls back nor returns a promise ends with the event loop.
  whenIdle = () => {
    completed = true;
    send(null);
  };
  try {
    Object.assign(context, functionFields(), invocationFields(invocation));
    const result = handler(invocation.payload, context, callback) as Promise<unknown> | undefined;
    if (typeof result?.then === 'function') result.then(succeed, fail).catch(fail);
  } catch (error) {
    callback(error);
  }
}
