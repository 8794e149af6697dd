/** An event pattern: field names to nested patterns or to lists of alternatives. */
export type EventPattern = { readonly [field: string]: EventPattern | readonly unknown[] };

/**
 * Whether EventBridge would route the event by this pattern: all fields match, each by any of its alternatives.
 * Knows literals, `prefix` and `exists` so far.
 *
 * @throws on a pattern that holds anything else: a rule that is judged wrongly is worse than one refused.
 */
export function matches(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, expected]) => {
    const actual = fieldOf(event, field);
    if (Array.isArray(expected)) return expected.some((alternative) => matchesAlternative(alternative, actual));
    return asList(actual).some((element) => matches(expected as EventPattern, element));
  });
}

function matchesAlternative(alternative: unknown, actual: unknown): boolean {
  if (typeof alternative !== 'object' || alternative === null) return asList(actual).includes(alternative);
  const [[operator, operand] = [], ...others] = Object.entries(alternative);
  if (others.length === 0 && operator === 'prefix' && typeof operand === 'string') {
    return asList(actual).some((value) => typeof value === 'string' && value.startsWith(operand));
  }
  if (others.length === 0 && operator === 'exists' && typeof operand === 'boolean') {
    return (actual !== undefined) === operand;
  }
  throw new TypeError(
    `Event pattern: expected a literal, {"prefix": string} or {"exists": boolean}, got ${JSON.stringify(alternative)}`,
  );
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  return (value as Record<string, unknown>)[field];
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}
