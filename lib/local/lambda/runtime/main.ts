/**
 * Runs in a function's own process: loads the handler as Lambda's runtime does, and invokes it with one event at a time.
 * `npm run test:runtime` compares it with the runtime itself.
 */
import { watchRequests } from './ari-requests.ts';
import { functionFields, invocationFields, setTraceId } from './context.ts';
import { errorOf, RuntimeError } from './errors.ts';
import { BEFORE_24 } from './generation.ts';
import { installGlobals, invokeStore } from './globals.ts';
import { contextOf, invoke, refuseCallback } from './invoke.ts';
import { invokeStreaming } from './invoke-streaming.ts';
import { invokeWithCallback, onIdle } from './invoke-with-callback.ts';
import { type Handler, isStreaming, loadHandler } from './load-handler.ts';
import { logError, replaceConsole, setRequestId } from './log.ts';
import type { Invocation } from './messages.ts';
import { RTT_VARIABLE } from './rtt.ts';
import { letEnd, stayAlive, tell } from './tell.ts';

const { env } = process;
let requestId = '';

async function start(): Promise<void> {
  let handler: Handler;
  let streaming: boolean;
  try {
    handler = await loadHandler(env.LAMBDA_TASK_ROOT ?? '', env._HANDLER ?? '');
    streaming = isStreaming(handler);
    if (!BEFORE_24) refuseCallback(handler, streaming);
  } catch (error) {
    logError(BEFORE_24 ? 'Uncaught Exception' : 'Init Error', error);
    stayAlive();
    tell({ kind: 'unloadable', error: errorOf(error) });
    return;
  }
  process.on('message', (invocation: Invocation) => {
    ({ requestId } = invocation);
    setRequestId(requestId);
    setTraceId(invocation.traceId);
    invokeStore.open(requestId, invocation.traceId || undefined);
    if (streaming) void invokeStreaming(handler, invocation, streamingContextOf(invocation));
    else {
      letEnd();
      if (BEFORE_24) invokeWithCallback(handler, invocation);
      else void invoke(handler, invocation);
    }
  });
  stayAlive();
  tell({ kind: 'loaded' });
}

function streamingContextOf(invocation: Invocation): object {
  if (!BEFORE_24) return contextOf(invocation);
  return { callbackWaitsForEmptyEventLoop: true, ...functionFields(), ...invocationFields(invocation) };
}

/** Before nodejs24.x: reports what nothing caught, and exits, as the process is in no state to handle another event. */
function crash(title: string, error: Error, exitCode: number): void {
  logError(title, error);
  const reported = errorOf(error);
  const end = (): never => process.exit(exitCode);
  if (requestId === '') tell({ kind: 'unloadable', error: reported }, end);
  else tell({ kind: 'failed', requestId, error: reported, fatal: true }, end);
}

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the host decides when this process exits.
process.on('SIGINT', () => {});
if (BEFORE_24) {
  process.on('uncaughtException', (error) => crash('Uncaught Exception', error, 129));
  process.on('unhandledRejection', (reason, promise) => {
    const error = Object.assign(new RuntimeError('UnhandledPromiseRejection', reason as string), { reason, promise });
    crash('Unhandled Promise Rejection', error, 128);
  });
  process.on('beforeExit', onIdle);
}

const rttMs = Number(env[RTT_VARIABLE] ?? 0);
delete env[RTT_VARIABLE]; // not the function's own
watchRequests(env.ARI_NODES, (exchange) => tell({ kind: 'command', requestId, exchange }), rttMs);
replaceConsole();
installGlobals();
letEnd();
void start();
