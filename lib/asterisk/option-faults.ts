import { confValueFault } from './conf-value.ts';

/** Says what an option should have been; `undefined` where it is. */
export type Check = (value: unknown) => string | undefined;

/** A check by a test and the words for what passes it. */
export function check(expected: string, passes: (value: unknown) => boolean): Check {
  return (value) => (passes(value) ? undefined : expected);
}

/** Texts of a certain form that a line of a .conf file can hold. */
export function text(expected: string, form: RegExp): Check {
  return check(expected, (value) => typeof value === 'string' && form.test(value) && !confValueFault(value));
}

/** Lists of texts of a certain form; empty ones only where `form` is met by all of nothing. */
export function list(expected: string, form: RegExp): Check {
  const each = text(expected, form);
  return check(`a list of ${expected}`, (value) => Array.isArray(value) && value.every((entry) => !each(entry)));
}

/** `true` or `false`: yes and no. */
export const flag: Check = check('true or false', (value) => typeof value === 'boolean');

/** Whole numbers between two others. */
export function whole(least: number, most: number): Check {
  const within = (value: unknown) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  return check(`a whole number from ${least} to ${most}`, within);
}

/** An absolute path, on the machine that Asterisk runs on. */
export const absolutePath: Check = text('an absolute path', /^\/[^"'`$]*$/);

/**
 * Everything that is wrong with a group of options: unknown ones, and values of another form.
 *
 * @param at what a fault begins with, such as `node "pbx-1": asterisk.http`
 */
export function optionFaults(at: string, given: unknown, checks: Record<string, Check>): string[] {
  if (given === undefined) return [];
  if (!isGroup(given)) return [`${at}: expected an object of options, got ${show(given)}`];
  return Object.entries(given).flatMap(([name, value]) => {
    const known = Object.hasOwn(checks, name) ? checks[name] : undefined;
    // Its value is not shown: it may be a password, which has no place here.
    if (!known) return [`${at}: there is no option ${show(name)} here; there are ${Object.keys(checks).join(', ')}`];
    const expected = known(value);
    return expected === undefined ? [] : [`${at}.${name}: expected ${expected}, got ${show(value)}`];
  });
}

/** Whether it is a JSON object. */
export function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as it stands in JSON, so that a line break in it shows. */
export function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200);
}
