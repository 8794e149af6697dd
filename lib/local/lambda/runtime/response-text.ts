import { RuntimeError } from './errors.ts';
import { BEFORE_24 } from './generation.ts';

const NO_JSON = 'Unable to stringify response body';

/**
 * A handler's result as Lambda sends it.
 *
 * @throws where it has no JSON
 */
export function responseText(result: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(result === undefined ? null : result);
  } catch {
    throw BEFORE_24 ? new Error(NO_JSON) : new RuntimeError('JSONStringifyError', NO_JSON);
  }
  // Of a function or a symbol, which Lambda's client refuses to send.
  if (text === undefined) throw new TypeError('Wrong arguments');
  return text;
}
