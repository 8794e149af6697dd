import { expect, test } from 'vitest';
import { settled } from '../../../../lib/asterisk/doctor/settled.ts';

test('returns whether the condition became true in time', async () => {
  let asked = 0;
  expect(await settled(() => ++asked === 3, 5000, 1)).toBe(true);
  expect(await settled(() => false, 5, 1)).toBe(false);
});
