import { expect, test } from 'vitest';
import { holderName, holdersOf, standbyName } from '../../../connector/asterisk/presence.ts';

const APP = 'Intro-IVR';

test('the holders of an app are the other connectors that hold it, not the connector itself', () => {
  const listed = [APP, holderName(APP, 'one'), holderName(APP, 'two'), holderName(APP, 'self')];
  expect(holdersOf(APP, listed, 'self')).toEqual(['one', 'two']);
});

test('a connector that stands by for an app is not a holder, even while its holder name is listed', () => {
  expect(holdersOf(APP, [APP, holderName(APP, 'one'), standbyName(APP, 'one')], 'self')).toEqual([]);
});

test('a listed app without a holder name, or the holder of an app with a similar name, gives no holder', () => {
  const listed = [
    APP,
    `${APP}-2`,
    holderName(`${APP}-2`, 'one'),
    holderName('Super', 'two'),
    standbyName(APP, 'three'),
  ];
  expect(holdersOf(APP, listed, 'self')).toEqual([]);
});
