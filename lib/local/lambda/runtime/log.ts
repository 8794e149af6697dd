/** The function's log: `console` and the runtime's own lines, in the formats and at the levels of `LoggingConfig`. */
import { format } from 'node:util';
import { errorOf } from './errors.ts';
import { BEFORE_24 } from './generation.ts';

/** In ascending order. */
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
type Level = (typeof LEVELS)[number];

const asJson = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
/** The place of the lowest level that is written; of a level that is unknown all are. */
const lowest = Math.max(
  0,
  (LEVELS as readonly string[]).indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase() ?? ''),
);

/** Before the first request there is none. */
let requestId: string | undefined = BEFORE_24 ? undefined : '-';

/** Names the request in the lines from now on. */
export function setRequestId(id: string): void {
  requestId = id;
}

/** Makes the methods of `console` write lines as Lambda's runtime does. */
export function replaceConsole(): void {
  const writer = (level: Level) =>
    LEVELS.indexOf(level) < lowest ? () => {} : (...values: unknown[]) => write(level, values);
  const info = writer('INFO');
  Object.assign(console, {
    trace: writer('TRACE'),
    debug: writer('DEBUG'),
    info,
    log: info,
    warn: writer('WARN'),
    error: writer('ERROR'),
    fatal: writer('FATAL'),
  });
}

/** A line of the runtime about an error, such as `Invoke Error`. */
export function logError(title: string, thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(BEFORE_24 ? (thrown as string) : String(thrown));
  if (asJson) console.error(error);
  else console.error(title, `\t${errorText(error)}`);
}

function write(level: Level, values: unknown[]): void {
  const timestamp = new Date().toISOString();
  const line = asJson
    ? jsonLine(timestamp, level, values)
    : `${timestamp}\t${requestId}\t${level}\t${format(values[0], ...values.slice(1))}`;
  // A message is one line of the log: Lambda's clients write its line breaks as carriage returns.
  process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
}

function jsonLine(timestamp: string, level: Level, values: unknown[]): string {
  const head = { timestamp, level, requestId };
  if (values.length <= 1) {
    try {
      return JSON.stringify({ ...head, message: values[0] }, (_, value: unknown) => withErrorFields(value));
    } catch {
      return JSON.stringify({ ...head, message: format(values[0]) });
    }
  }
  const error = values.slice(BEFORE_24 ? 0 : 1).find((value) => value instanceof Error);
  return JSON.stringify({
    ...head,
    message: format(...(values as [unknown, ...unknown[]])),
    ...(error instanceof Error && errorFields(error)),
  });
}

function withErrorFields(value: unknown): unknown {
  return value instanceof Error ? Object.assign(errorFields(value), value) : value;
}

function errorFields(error: Error): object {
  const { message, stack } = error;
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: message,
    stackTrace: stack?.split('\n') ?? [],
  };
}

/** As JSON, with the error's own properties. */
function errorText(error: Error): string {
  try {
    return JSON.stringify(error, (_, value: unknown) => {
      if (!(value instanceof Error)) return value;
      const { name: errorType, message: errorMessage, stack } = value;
      const fields = { errorType, errorMessage, code: (value as NodeJS.ErrnoException).code, ...value };
      return typeof stack === 'string' ? { ...fields, stack: stack.split('\n') } : fields;
    });
  } catch {
    return JSON.stringify(errorOf(error));
  }
}
