/** Event patterns, decided as EventBridge decides them: `import { matches } from 'ari-eventbridge/pattern'`. */
import { compile } from './compile.ts';
import type { EventPattern } from './event-pattern.ts';

export { type CompiledPatterns, compile } from './compile.ts';
export type { EventPattern } from './event-pattern.ts';
export { type Explanation, explain, type FieldExplanation } from './explain.ts';
export { InvalidEventException, InvalidEventPatternException } from './refusal.ts';
export { type Quotas, validate } from './validate.ts';

/**
 * Whether EventBridge would route the event by this pattern. It decides like AWS's own matcher, event-ruler; see
 * docs/event-patterns.md. It reads the pattern at each call: for many events, `compile` it once.
 *
 * @param pattern an object, or JSON text, where repeated keys and the digits of large numbers are significant
 * @param event an object as `JSON.parse` gives it, or JSON text
 * @throws InvalidEventPatternException, InvalidEventException
 *
 * @example
 * matches({ source: ['asterisk.ari'], detail: { digit: [{ 'anything-but': '#' }] } }, event);
 */
export function matches(pattern: EventPattern | string, event: unknown): boolean {
  return compile([pattern]).matches(event);
}
