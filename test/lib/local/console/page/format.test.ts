import { expect, test } from 'vitest';
import { count, duration, later, offset, timeOfDay } from '../../../../../lib/local/console/page/format.ts';

test.each([
  [0.42, '0.4 ms'],
  [35.4, '35 ms'],
  [2123, '2.1 s'],
  [185_000, '3 min 5 s'],
])('%d ms lasts %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('what is later has a sign, also where clocks differ', () => {
  expect([later(1.5), later(-2500)]).toEqual(['+1.5 ms', '−2.5 s']);
});

test('an offset shows milliseconds, and minutes where there are some', () => {
  expect([offset(0.4), offset(1204), offset(125_118)]).toEqual(['0.000 s', '1.204 s', '2:05.118']);
});

test('things are counted in English', () => {
  expect([count(1, 'step'), count(5000, 'step')]).toEqual(['1 step', '5,000 steps']);
});

test('a time of day has milliseconds where they are asked for', () => {
  const at = new Date(2026, 10, 23, 8, 4, 5, 7).getTime();
  expect([timeOfDay(at), timeOfDay(at, true)]).toEqual(['08:04:05', '08:04:05.007']);
});
