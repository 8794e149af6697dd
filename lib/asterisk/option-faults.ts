import { isJsonObject } from '../json.ts';
import { confValueFault } from './conf-value.ts';

/** Returns what was expected of an option; `undefined` where the value is valid. */
export type Check = (value: unknown) => string | undefined;

/** A check by a predicate and a description of the valid values. */
export function check(expected: string, passes: (value: unknown) => boolean): Check {
  return (value) => (passes(value) ? undefined : expected);
}

/** Strings that match a pattern and that a line of a .conf file can contain. */
export function text(expected: string, form: RegExp): Check {
  return check(expected, (value) => typeof value === 'string' && form.test(value) && !confValueFault(value));
}

/** Lists of strings that match a pattern; the list may be empty. */
export function list(expected: string, form: RegExp): Check {
  const each = text(expected, form);
  return check(`a list of ${expected}`, (value) => Array.isArray(value) && value.every((entry) => !each(entry)));
}

/** `true` or `false`, rendered as yes or no. */
export const flag: Check = check('true or false', (value) => typeof value === 'boolean');

/** Whole numbers in a range. */
export function whole(least: number, most: number): Check {
  const within = (value: unknown) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  return check(`a whole number from ${least} to ${most}`, within);
}

/** An absolute path on Asterisk's machine. */
export const absolutePath: Check = text('an absolute path', /^\/[^"'`$]*$/);

/**
 * All faults of a group of options: unknown options, and invalid values.
 *
 * @param at the beginning of each fault, such as `node "pbx-1": asterisk.http`
 */
export function optionFaults(at: string, given: unknown, checks: Record<string, Check>): string[] {
  if (given === undefined) return [];
  if (!isJsonObject(given)) return [`${at}: expected an object of options, got ${show(given)}`];
  return Object.entries(given).flatMap(([name, value]) => {
    const known = Object.hasOwn(checks, name) ? checks[name] : undefined;
    // The value is not shown: it may be a misplaced password.
    if (!known) return [`${at}: there is no option ${show(name)} here; there are ${Object.keys(checks).join(', ')}`];
    const expected = known(value);
    return expected === undefined ? [] : [`${at}.${name}: expected ${expected}, got ${show(value)}`];
  });
}

/** A value as JSON, so that a line break in it is visible. */
export function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200);
}
