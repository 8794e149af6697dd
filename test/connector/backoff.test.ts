import { afterEach, expect, test, vi } from 'vitest';
import { Backoff } from '../../connector/backoff.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('delays are below a bound that doubles up to its cap, and begins again at the base after a reset', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const backoff = new Backoff({ baseMs: 100, capMs: 1000 });
  expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([100, 200, 400, 800, 1000, 1000]);
  expect(backoff.attempts).toBe(6);
  backoff.reset();
  expect(backoff.next()).toBe(100);
});

test('delays may be as short as zero', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  expect(new Backoff({ baseMs: 100, capMs: 1000 }).next()).toBe(0);
});

test('the bound stays at the cap after thousands of attempts', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const backoff = new Backoff({ baseMs: 100, capMs: 1000 });
  for (let i = 0; i < 5000; i++) backoff.next();
  expect(backoff.next()).toBe(1000);
});
