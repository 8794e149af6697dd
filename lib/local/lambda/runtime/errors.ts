import { types } from 'node:util';
import { BEFORE_24 } from './generation.ts';
import type { FunctionError } from './messages.ts';

/** An error of the runtime's own, named as Lambda names it. */
export class RuntimeError extends Error {
  constructor(kind: string, message: string) {
    super(message);
    // Before nodejs24.x the name is not among the error's own fields in the log.
    Object.defineProperty(this, 'name', { value: `Runtime.${kind}`, enumerable: !BEFORE_24 });
  }
}

/** The payload of a failed invocation. */
export function errorOf(error: unknown): FunctionError {
  try {
    if (isError(error)) {
      const { name, message, stack } = error;
      const trace = BEFORE_24 || stack ? clean(stack as string).split('\n') : [];
      return { errorType: name && clean(name), errorMessage: message && clean(message), trace };
    }
    // A value without a text, such as `null` before nodejs24.x, is reported below.
    const errorMessage = BEFORE_24 ? (error as object).toString() : String(error);
    return { errorType: typeof error, errorMessage, trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      ...(!BEFORE_24 && { trace: [] }),
    };
  }
}

/** nodejs24.x takes instances of Error for errors; the earlier runtimes anything that looks like one. */
function isError(value: unknown): value is Error {
  if (!BEFORE_24) return value instanceof Error;
  if (types.isNativeError(value)) return true;
  const { name, message, stack } = (value ?? {}) as Partial<Error>;
  return [name, message, stack].every((text) => typeof text === 'string' && text !== '');
}

/** The ASCII character DEL cannot be part of a header of the runtime API. */
function clean(text: string): string {
  return text.replaceAll('\x7F', '%7F');
}
