import { expect, test, vi } from 'vitest';
import { fullJitter } from '../../connector/backoff.ts';

test('delays lie anywhere below a bound that doubles up to its cap', () => {
  const bounds = { baseMs: 100, capMs: 1000 };
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
  expect([0, 1, 2, 3, 4, 5000].map((attempt) => Math.ceil(fullJitter(attempt, bounds)))).toEqual([
    100, 200, 400, 800, 999, 999,
  ]);
  vi.mocked(Math.random).mockReturnValue(0);
  expect(fullJitter(9, bounds)).toBe(0);
  vi.restoreAllMocks();
});
