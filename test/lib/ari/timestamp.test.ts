import { expect, test } from 'vitest';
import { timeOf } from '../../../lib/ari/timestamp.ts';

test.each([
  ['2026-11-23T08:24:51.242+0000', '2026-11-23T08:24:51.242Z'],
  ['2026-11-23T10:24:51.242+0200', '2026-11-23T08:24:51.242Z'],
  ['2026-11-23T03:54:51.242-0430', '2026-11-23T08:24:51.242Z'],
  ['2026-11-23T08:24:51.300Z', '2026-11-23T08:24:51.300Z'],
])('%s is the time %s', (timestamp, time) => {
  expect(timeOf(timestamp)).toBe(Date.parse(time));
  expect(timeOf(timestamp)).toBe(Date.parse(time));
});

test.each([undefined, null, 1, '', 'soon'])('%j is no time', (timestamp) => {
  expect(timeOf(timestamp)).toBeUndefined();
});
