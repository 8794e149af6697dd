import { expect, test } from 'vitest';
import { InvalidEventException, matches } from '../../../../lib/events/pattern/index.ts';

function nested<T>(depth: number, wrap: (inner: T | number) => T): T {
  let value = wrap(1);
  for (let i = 1; i < depth; i++) value = wrap(value);
  return value;
}

const TOO_DEEP = 'Document nesting depth (1001) exceeds the maximum allowed (1000';

test('events of 10,000 levels are refused, or decided by what is above', () => {
  const deep = nested<unknown>(10_000, (a) => ({ a }));
  const deepArray = { a: nested<unknown>(10_000, (a) => [a]) };
  expect(matches({ b: ['x'] }, deep)).toBe(false);
  expect(() => matches({ a: ['x'] }, deepArray)).toThrow(TOO_DEEP);
  expect(() => matches({ a: ['x'] }, `{"a":${'['.repeat(10_000)}`)).toThrow(TOO_DEEP);
  expect(() => matches({ a: ['x'] }, `{"b":${'{"b":'.repeat(10_000)}`)).toThrow(TOO_DEEP);
});

test('the deepest arrays that are not refused are decided', () => {
  expect(matches({ a: [1] }, { a: nested<unknown>(999, (a) => [a]) })).toBe(true);
});

test('arrays side by side are not deep', () => {
  expect(matches({ a: [1] }, { a: Array.from({ length: 5_000 }, () => []).concat([[1]] as never) })).toBe(true);
});

test('events with cycles are refused, or decided by what is above', () => {
  const cycle: Record<string, unknown> = { b: 'x' };
  cycle.a = [cycle, cycle];
  (cycle.a as unknown[]).push(cycle.a);
  expect(matches({ b: ['x'] }, cycle)).toBe(true);
  expect(() => matches({ a: ['x'] }, cycle)).toThrow(InvalidEventException);
});

test('no more is looked at than patterns ask for', () => {
  const event = {
    a: 'x',
    b: {
      get c(): never {
        throw new Error('looked at');
      },
    },
  };
  expect(matches({ a: ['x'], b: ['y'] }, event)).toBe(false);
  expect(() => matches({ a: ['x'], b: { c: ['y'] } }, event)).toThrow('looked at');
});
