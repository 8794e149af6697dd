import { expect, test } from 'vitest';
import { fitsWildcard, parseWildcard } from '../../../../lib/events/pattern/wildcard.ts';

/** Characters looked at. */
function stepsOf(pattern: string, value: string): { fits: boolean; steps: number } {
  const work = { steps: 0 };
  const fits = fitsWildcard(value, parseWildcard(pattern), work);
  // Counting changes nothing.
  expect(fitsWildcard(value, parseWildcard(pattern))).toBe(fits);
  return { fits, steps: work.steps };
}

// Patterns that make a matcher go back and forth: many asterisks, and pieces that nearly fit everywhere.
const WORST: [string, string, string][] = [
  ['many asterisks', `${'*a'.repeat(500)}*b`, 'a'],
  ['a piece that fits but for its end', `*${'a'.repeat(200)}b*`, 'a'],
  ['a piece that fits but for its start', `*b${'a'.repeat(200)}*`, 'a'],
  ['a piece that nearly repeats itself', `*${'ab'.repeat(100)}c*`, 'ab'],
  ['many pieces that nearly repeat themselves', `${`*${'aab'.repeat(20)}c`.repeat(20)}*`, 'aab'],
];

test.each(WORST)('work is linear in the length of the value: %s', (_, pattern, repeated) => {
  for (const length of [1_000, 10_000, 100_000]) {
    const value = repeated.repeat(length / repeated.length);
    const { steps } = stepsOf(pattern, value);
    expect(steps).toBeLessThanOrEqual(2 * value.length + pattern.length);
    expect(steps).toBeGreaterThan(0);
  }
});

test('work is linear in the length of the pattern', () => {
  for (const asterisks of [10, 1_000, 100_000]) {
    const { fits, steps } = stepsOf(`${'*a'.repeat(asterisks)}*`, 'a'.repeat(asterisks));
    expect(fits).toBe(true);
    expect(steps).toBeLessThanOrEqual(2 * asterisks);
  }
});

test('a table for a piece is made in linear time', () => {
  const [piece] = parseWildcard(`*${'a'.repeat(5)}b${'a'.repeat(5)}*`).middle;
  expect([...(piece?.fallback ?? [])]).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5]);
});

test.each([
  ['*abaabab*', 'abaabaabab', true],
  ['*aaab*', 'aaaab', true],
  ['*abcabd*', 'abcabcabd', true],
  ['*abcabd*', 'abcabcabe', false],
  ['a*b*', 'ab', true],
  ['*', '', true],
  ['*ab', 'ab', true],
  ['*ab*ab', 'ab', false],
])('%s against %s is %s', (pattern, value, fits) => {
  expect(stepsOf(pattern, value).fits).toBe(fits);
});
