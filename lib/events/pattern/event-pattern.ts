import { tooDeep } from './json-reader.ts';
import { InvalidEventPatternException } from './refusal.ts';

/** An event pattern: a map from field names to nested patterns or to lists of alternatives. */
export type EventPattern = { readonly [field: string]: EventPattern | readonly unknown[] };

/** Characters of JSON. Far more than the service accepts: a pattern with repeated parts must not fill the memory. */
const MAX_LENGTH = 10_000_000;

/**
 * The pattern as JSON text.
 *
 * @throws InvalidEventPatternException
 */
export function jsonOf(pattern: EventPattern | string): string {
  const json = typeof pattern === 'string' ? pattern : stringify(pattern);
  if (json.length > MAX_LENGTH) throw tooLong();
  return json;
}

function stringify(pattern: EventPattern): string {
  let length = 0;
  try {
    const json = JSON.stringify(pattern, (key, value: unknown) => {
      length += key.length + (typeof value === 'string' ? value.length : 1);
      if (length > MAX_LENGTH) throw tooLong();
      return value;
    });
    return json ?? '';
  } catch (error) {
    if (error instanceof InvalidEventPatternException) throw error;
    // Nested deeper than the stack allows; otherwise a cycle or a bigint.
    const reason = error instanceof RangeError ? tooDeep().message : `Not JSON: ${(error as Error).message}`;
    throw new InvalidEventPatternException(reason);
  }
}

function tooLong(): InvalidEventPatternException {
  return new InvalidEventPatternException(`Expected at most ${MAX_LENGTH} characters of JSON, got more`);
}
