import { expect, test } from 'vitest';
import { armedExtensions } from '../../../lib/asterisk/armed-extensions.ts';

const TAKEN_BACK = ['Goto(ari-eventbridge-rescue,T,1)'];

test('calls are taken back in each context, after the seconds of their app', () => {
  const seconds: Record<string, number | false> = { Sales: 3, Support: false };
  expect(armedExtensions({ 100: 'Sales,eu', '200@trunk': 'Support' }, (app) => seconds[app] ?? 6)).toEqual({
    100: [
      'NoOp()',
      'Gosub(ari-eventbridge-rescue,arm,1(3))',
      'Stasis(Sales,eu)',
      'Gosub(ari-eventbridge-rescue,disarm,1)',
      'Hangup()',
    ],
    T: TAKEN_BACK,
    '200@trunk': 'Support',
    'T@trunk': TAKEN_BACK,
  });
});

test('extensions that are given as applications stay as they are, a T among them', () => {
  const own = { 100: ['Answer()', 'Stasis(Sales)'], T: ['Hangup()'] };
  expect(armedExtensions(own, () => 6)).toEqual(own);
});
