/** Invocations of a handler that `awslambda.streamifyResponse` was called with. */
import { finished } from 'node:stream/promises';
import { errorOf } from './errors.ts';
import { BEFORE_24 } from './generation.ts';
import type { Handler } from './load-handler.ts';
import { logError } from './log.ts';
import type { FunctionError, Invocation } from './messages.ts';
import { ResponseStream } from './response-stream.ts';
import { tell } from './tell.ts';

export async function invokeStreaming(handler: Handler, invocation: Invocation, context: object): Promise<void> {
  const { requestId, payload } = invocation;
  const stream = new ResponseStream();
  let error: FunctionError | undefined;
  try {
    const running = handler(payload, stream, context) as PromiseLike<unknown> | null | undefined;
    if (typeof running?.then !== 'function') throw refusal('Streaming does not support non-async handlers.');
    if ((await running) !== undefined) console.warn('Streaming handlers ignore return values.');
    await finished(stream);
  } catch (thrown) {
    if (!BEFORE_24) await new Promise((resolve) => setImmediate(resolve));
    logError('Invoke Error', thrown);
    // An error after the end of the stream is logged only.
    if (!stream.writableEnded) error = errorOf(thrown);
  }
  const { contentType, body } = stream;
  tell({ kind: 'streamed', requestId, contentType, body: body.toString('base64'), error });
}

/** Before nodejs24.x the runtime's own refusals are texts. */
function refusal(message: string): unknown {
  return BEFORE_24 ? message : new Error(message);
}
