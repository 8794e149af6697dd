import { describe, expect, test } from 'vitest';
import {
  compile,
  InvalidEventException,
  InvalidEventPatternException,
  matches,
} from '../../../../lib/events/pattern/index.ts';
import { CASES, type Case } from './cases.ts';
import { MORE_CASES } from './more-cases.ts';

const ALL = [...CASES, ...MORE_CASES];

function outcomeOf(pattern: Case[2], event: Case[3]): Case[4] {
  try {
    return compile([pattern as string]).matches(event);
  } catch (error) {
    if (error instanceof InvalidEventPatternException) return { refused: error.reason };
    if (error instanceof InvalidEventException) return { eventRefused: error.reason };
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe.each(Object.entries(Object.groupBy(ALL, ([subject]) => subject)))('%s', (_, cases = []) => {
  test.each(cases.map(([, ...rest]) => rest))('%s', (_, pattern, event, expected) => {
    expect(outcomeOf(pattern, event)).toEqual(expected);
    // Text is decided like the object that it was made of.
    if (typeof event === 'object') expect(outcomeOf(pattern, JSON.stringify(event))).toEqual(expected);
    const parsed = typeof event === 'string' && typeof expected === 'boolean' ? parse(event) : undefined;
    // Where parsing loses nothing, it changes nothing.
    if (parsed !== undefined && JSON.stringify(parsed) === event)
      expect(outcomeOf(pattern, parsed as object)).toEqual(expected);
    if (typeof pattern === 'object') expect(outcomeOf(JSON.stringify(pattern), event)).toEqual(expected);
  });
});

test('cases have names of their own', () => {
  expect(new Set(ALL.map(([subject, name]) => `${subject}: ${name}`)).size).toBe(ALL.length);
});

test('matches reads the pattern and decides', () => {
  expect(matches({ source: ['asterisk.ari'] }, { source: 'asterisk.ari' })).toBe(true);
  expect(matches('{"source":["asterisk.ari"]}', '{"source":"other"}')).toBe(false);
});

test('a pattern that AWS refuses is an error with AWS’s message', () => {
  expect(() => matches({ source: [] }, {})).toThrow('Event pattern is not valid. Reason: Empty arrays are not allowed');
});

test.each([null, undefined, 5, true, [], '', '[]', '"x"'])(
  'an event that is not an object is an error: %j',
  (event) => {
    expect(() => matches({ a: ['x'] }, event)).toThrow('Event is not valid. Reason: Event must be a JSON object');
  },
);

test('errors are distinguished by their names', () => {
  expect(new InvalidEventPatternException('x')).toMatchObject({ name: 'InvalidEventPatternException', reason: 'x' });
  expect(new InvalidEventException('x')).toMatchObject({ name: 'InvalidEventException', reason: 'x' });
});

const RESERVED =
  'exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard ' +
  'not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range ip-address-in-range ' +
  'ip-address-not-in-range';

test.each(RESERVED.split(' '))('%s names no field inside $or, and one elsewhere', (name) => {
  const pattern = { $or: [{ a: ['x'] }, { [name]: ['x'] }] };
  expect(() => matches(pattern, {})).toThrow('Unrecognized match type a');
  expect(matches({ [name]: ['x'] }, { [name]: 'x' })).toBe(true);
});
