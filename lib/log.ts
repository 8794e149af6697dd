export type LogLevel = 'info' | 'warn' | 'error';

/** Writes one JSON line for each call, readable by CloudWatch, `jq` and people. */
export interface Log {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
  /** A log that adds these fields to every line. */
  with(fields: object): Log;
}

/**
 * A log of JSON lines: `{"time":…,"level":…,"message":…, …fields}`.
 *
 * @param write called with one line without its newline. @default standard output
 * @example
 * const lines: string[] = [];
 * const log = createLog({ service: 'ivr' }, (line) => lines.push(line));
 * log.info('Hung up', { after: 3 });
 * // {"time":"2026-11-25T13:00:00.000Z","level":"info","message":"Hung up","service":"ivr","after":3}
 */
export function createLog(fields: object = {}, write: (line: string) => void = toStdout): Log {
  const at = (level: LogLevel) => (message: string, more?: object) =>
    write(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields, ...more }));
  return {
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (more) => createLog({ ...fields, ...more }, write),
  };
}

function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
