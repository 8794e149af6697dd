import { expect, test } from 'vitest';
import { withRescue } from '../../../lib/simulator/rescue.ts';

const TAKEN_BACK = ['Set(ARI_RESCUED=yes)', 'Busy()'];

test('calls are taken back in each context, after the seconds of their app', () => {
  const seconds: Record<string, number | false> = { Sales: 3, Support: false };
  expect(withRescue({ 100: 'Sales,eu', '200@trunk': 'Support' }, (app) => seconds[app] ?? 6)).toEqual({
    100: ['Set(TIMEOUT(absolute)=3)', 'Stasis(Sales,eu)', 'Set(TIMEOUT(absolute)=0)', 'Hangup()'],
    T: TAKEN_BACK,
    '200@trunk': 'Support',
    'T@trunk': TAKEN_BACK,
  });
});

test('extensions that are given as applications stay as they are, a T among them', () => {
  const own = { 100: ['Answer()', 'Stasis(Sales)'], T: ['Hangup()'] };
  expect(withRescue(own, () => 6)).toEqual(own);
});
