import { afterEach, expect, test, vi } from 'vitest';
import { TakeBacks } from '../../../connector/asterisk/take-backs.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Takes the app back after the wait. @returns the wait in seconds */
function takeBack(takeBacks: TakeBacks, app: string): number {
  const waitMs = takeBacks.waitFor(app);
  vi.setSystemTime(Date.now() + waitMs);
  takeBacks.ended(app, waitMs);
  return waitMs / 1000;
}

test('an app is taken back after 30 s, then at doubling intervals to 10 minutes', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const takeBacks = new TakeBacks();
  const waits = Array.from({ length: 7 }, () => takeBack(takeBacks, 'a'));
  expect(waits).toEqual([30, 60, 120, 240, 480, 600, 600]);
  expect(takeBacks.waitFor('b')).toBe(30_000);
});

test('an app that was held for more than 10 minutes is taken back after 30 s again', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const takeBacks = new TakeBacks();
  takeBack(takeBacks, 'a');
  vi.setSystemTime(Date.now() + 9 * 60_000);
  expect(takeBacks.waitFor('a')).toBe(60_000);
  vi.setSystemTime(Date.now() + 2 * 60_000);
  expect(takeBacks.waitFor('a')).toBe(30_000);
});
