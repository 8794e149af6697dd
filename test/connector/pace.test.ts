import { expect, test, vi } from 'vitest';
import { Pace } from '../../connector/pace.ts';

/** Answers of one kind, in a row; gives the last pause. */
function answers(pace: Pace, count: number, throttled: number): number {
  let pause = 0;
  for (let i = 0; i < count; i++) pause = pace.answered(throttled, 10, 5);
  return pause;
}

test('without throttling, as many requests are in flight as there may be, and none waits', () => {
  const pace = new Pace(8);
  expect([answers(pace, 10, 0), pace.concurrency]).toEqual([0, 8]);
});

test('throttled entries lower the number of requests to one, then pauses follow, of 20 ms at the most', () => {
  const pace = new Pace(8);
  answers(pace, 12, 5);
  expect(pace.concurrency).toBeLessThan(3);
  const pause = answers(pace, 100, 5);
  expect([pace.concurrency, pause]).toEqual([1, 20]);
});

test('a request of which nothing is accepted is followed by a longer pause each time, of a quarter of a second at the most', () => {
  const pace = new Pace(8);
  const pauses = Array.from({ length: 200 }, () => answers(pace, 1, 10));
  expect(Math.max(...pauses)).toBeGreaterThan(125);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(250);
});

test('a request of which something is accepted leaves these pauses as long as they are: other connectors have to get a place too', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const pace = new Pace(8);
  expect(Array.from({ length: 4 }, () => answers(pace, 1, 10))).toEqual([50, 100, 200, 250]);
  answers(pace, 1, 9);
  expect(answers(pace, 1, 10)).toBe(250);
  answers(pace, 1, 0);
  expect(answers(pace, 1, 10)).toBe(50);
  vi.restoreAllMocks();
});

test('after the last throttled entry, all requests are sent again within 100 answers', () => {
  const pace = new Pace(8);
  answers(pace, 100, 10);
  expect([answers(pace, 100, 0), pace.concurrency]).toEqual([0, 8]);
});
