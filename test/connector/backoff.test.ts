import { afterEach, expect, test, vi } from 'vitest';
import { Backoff } from '../../connector/backoff.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('delays lie below a bound that doubles up to its cap, and begins anew after a reset', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const backoff = new Backoff({ baseMs: 100, capMs: 1000 });
  expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([100, 200, 400, 800, 1000, 1000]);
  expect(backoff.attempts).toBe(6);
  backoff.reset();
  expect(backoff.next()).toBe(100);
});

test('delays are spread over all of their range', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  expect(new Backoff({ baseMs: 100, capMs: 1000 }).next()).toBe(0);
});

test('very many attempts stay at the cap', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const backoff = new Backoff({ baseMs: 100, capMs: 1000 });
  for (let i = 0; i < 5000; i++) backoff.next();
  expect(backoff.next()).toBe(1000);
});
