/**
 * Runs in a function's own process: loads the handler as the runtime nodejs24.x does, and invokes it with one event at a
 * time. Parent and child communicate over the process's IPC channel.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AriExchange, watchRequests } from './ari-requests.ts';
import { RTT_VARIABLE } from './rtt.ts';

/** From the host. */
export interface Invocation {
  requestId: string;
  payload: unknown;
  /** Epoch milliseconds at which the host kills this process. */
  deadline: number;
  /** `_X_AMZN_TRACE_ID` */
  traceId: string;
}

/** How Lambda reports a function's error: the payload of a failed invocation. */
export interface FunctionError {
  /** The error's name, or `Runtime.…` or `Sandbox.…` where the error is not one that the function threw. */
  errorType: string;
  errorMessage: string;
  /** The stack, line by line. */
  trace?: string[];
}

/** To the host: the handler is loaded or failed to load, an invocation has ended, or a request to Asterisk has. */
export type Report =
  | { kind: 'loaded' }
  | { kind: 'unloadable'; error: FunctionError }
  | { kind: 'done' }
  /** `fatal`: the process exits after it. */
  | { kind: 'failed'; error: FunctionError; fatal?: true }
  | { kind: 'command'; requestId: string; exchange: AriExchange };

type Handler = (event: unknown, context: object) => unknown;

/** In the order in which the runtime looks for the handler's file. */
const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];

const environment = process.env as Record<string, string>;
let requestId = '';

/** An error of the runtime's own, named as Lambda names it. */
class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

function tell(report: Report, then?: () => void): void {
  process.send?.(report, undefined, undefined, then);
}

async function load(root: string, handler: string): Promise<Handler> {
  const [, file, path] = /^([^.]*)\.(.+)$/.exec(basename(handler)) ?? [];
  if (!file || !path) throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const stem = join(root, dirname(handler), file);
  const found = EXTENSIONS.map((extension) => stem + extension).find((name) => existsSync(name));
  if (found === undefined) {
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  }
  const module = (await import(pathToFileURL(found).href)) as { default?: unknown };
  // Exports of a CommonJS module that static analysis does not find are in its default export.
  const loaded = at(module, path) ?? at(module.default, path);
  if (typeof loaded !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (loaded.length > 2) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
        'You need to modify this function to use a supported handler signature to use Node.js 24 or later.',
    );
  }
  return loaded as Handler;
}

function at(module: unknown, path: string): unknown {
  return path.split('.').reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], module);
}

async function invoke(handler: Handler, invocation: Invocation): Promise<void> {
  requestId = invocation.requestId;
  environment._X_AMZN_TRACE_ID = invocation.traceId;
  const context = {
    awsRequestId: requestId,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: environment.LOCAL_FUNCTION_ARN,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
  };
  try {
    await handler(invocation.payload, context);
    tell({ kind: 'done' });
  } catch (error) {
    say('Invoke Error', error);
    tell({ kind: 'failed', error: errorOf(error) });
  }
}

/** Reports the error and exits: the process is in no state to handle another event. */
function crash(title: string, type: string | undefined, error: unknown): void {
  say(title, error);
  const reported = errorOf(error);
  tell({ kind: 'failed', error: { ...reported, errorType: type ?? reported.errorType }, fatal: true }, () =>
    process.exit(129),
  );
}

/** A line of the function's log, as the runtime writes it. */
function say(title: string, error: unknown): void {
  const { errorType, errorMessage, trace } = errorOf(error);
  const line = JSON.stringify({ errorType, errorMessage, stack: trace });
  process.stderr.write(`${new Date().toISOString()}\t${requestId}\tERROR\t${title} \t${line}\n`);
}

function errorOf(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function loadErrorOf(error: unknown): FunctionError {
  const reported = errorOf(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    return { ...reported, errorType: 'Runtime.ImportModuleError', errorMessage: `Error: ${reported.errorMessage}` };
  }
  if (error instanceof SyntaxError) {
    return {
      ...reported,
      errorType: 'Runtime.UserCodeSyntaxError',
      errorMessage: `SyntaxError: ${reported.errorMessage}`,
    };
  }
  return reported;
}

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the host decides when this process exits.
process.on('SIGINT', () => {});
process.on('uncaughtException', (error) => crash('Uncaught Exception', undefined, error));
process.on('unhandledRejection', (reason) =>
  crash(
    'Unhandled Promise Rejection',
    'Runtime.UnhandledPromiseRejection',
    reason instanceof Error ? reason : new Error(String(reason)),
  ),
);

const rttMs = Number(environment[RTT_VARIABLE] ?? 0);
delete environment[RTT_VARIABLE]; // not the function's own
watchRequests(environment.ARI_NODES, (exchange) => tell({ kind: 'command', requestId, exchange }), rttMs);
try {
  const handler = await load(environment.LAMBDA_TASK_ROOT ?? '', environment._HANDLER ?? '');
  process.on('message', (invocation: Invocation) => void invoke(handler, invocation));
  tell({ kind: 'loaded' });
} catch (error) {
  say('Uncaught Exception', error);
  tell({ kind: 'unloadable', error: loadErrorOf(error) });
}
