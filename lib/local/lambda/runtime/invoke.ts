/** Invocations as nodejs24.x runs them: a handler returns a value or a promise. */
import { functionFields, invocationFields } from './context.ts';
import { errorOf, RuntimeError } from './errors.ts';
import type { Handler } from './load-handler.ts';
import { logError } from './log.ts';
import type { Invocation } from './messages.ts';
import { responseText } from './response-text.ts';
import { stayAlive, tell } from './tell.ts';

/** @throws on a handler with a third parameter */
export function refuseCallback(handler: Handler, streaming: boolean): void {
  if (handler.length < 3 || streaming) return;
  throw new RuntimeError(
    'CallbackHandlerDeprecated',
    'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
      'You need to modify this function to use a supported handler signature to use Node.js 24 or later. ' +
      'For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
  );
}

export async function invoke(handler: Handler, invocation: Invocation): Promise<void> {
  const { requestId, payload } = invocation;
  try {
    const result = await handler(payload, contextOf(invocation));
    await aTurn();
    const response = responseText(result);
    stayAlive();
    tell({ kind: 'done', requestId, response });
  } catch (error) {
    await aTurn();
    logError('Invoke Error', error);
    stayAlive();
    tell({ kind: 'failed', requestId, error: errorOf(error) });
  }
}

export function contextOf(invocation: Invocation): object {
  const { getRemainingTimeInMillis, ...fields } = invocationFields(invocation) as Record<string, unknown>;
  const xRayTraceId = invocation.traceId || undefined;
  return { ...fields, xRayTraceId, getRemainingTimeInMillis, ...functionFields() };
}

/** Lets what the function began in this turn of the event loop come first, such as the rejection of a promise. */
function aTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
