import { type EventPattern, jsonOf } from './event-pattern.ts';
import { InvalidEventPatternException } from './refusal.ts';
import { readRule } from './rule.ts';

export interface Quotas {
  /**
   * Maximum characters of a pattern's JSON.
   * @default 2048, EventBridge's quota. AWS raises it to 4096 on request.
   */
  maxLength?: number;
}

/**
 * Why EventBridge would refuse the pattern, or undefined where it would accept it.
 *
 * @example
 * validate('{"source":"asterisk.ari"}');
 * // 'Event pattern is not valid. Reason: "source" must be an object or an array'
 */
export function validate(pattern: EventPattern | string, { maxLength = 2048 }: Quotas = {}): string | undefined {
  try {
    const json = jsonOf(pattern);
    readRule(json);
    if (json.length <= maxLength) return undefined;
    throw new InvalidEventPatternException(
      `Expected at most ${maxLength} characters of JSON, got ${json.length}: write several rules`,
    );
  } catch (error) {
    if (error instanceof InvalidEventPatternException) return error.message;
    throw error;
  }
}
