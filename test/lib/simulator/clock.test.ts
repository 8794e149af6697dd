import { expect, test } from 'vitest';
import { ManualClock } from '../../../lib/simulator/clock.ts';

test('a clock that is held stands still, and then lets everything happen in its turn and at its time', () => {
  const clock = new ManualClock(new Date('2026-01-01T00:00:00Z'));
  const happened: string[] = [];
  const note = (what: string) => () => void happened.push(`${what} at ${clock.now().getSeconds()}`);
  clock.after(3000, note('third'));
  clock.after(1000, () => {
    note('first')();
    clock.after(1000, note('second'));
  });
  clock.after(3000, note('fourth'));
  const cancel = clock.after(2500, note('never'));
  cancel();
  expect([happened, clock.untilNext]).toEqual([[], 1000]);
  clock.advance(5000);
  expect(happened).toEqual(['first at 1', 'second at 2', 'third at 3', 'fourth at 3']);
  expect([clock.now().toISOString(), clock.untilNext]).toEqual(['2026-01-01T00:00:05.000Z', undefined]);
});
