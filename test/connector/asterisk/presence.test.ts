import { expect, test } from 'vitest';
import { holderName, holdersOf, standbyName } from '../../../connector/asterisk/presence.ts';

const APP = 'Intro-IVR';

test('a connector sees the others that hold an app, and not itself', () => {
  const listed = [APP, holderName(APP, 'one'), holderName(APP, 'two'), holderName(APP, 'self')];
  expect(holdersOf(APP, listed, 'self')).toEqual(['one', 'two']);
});

test('who stands by for an app does not hold it, though its socket still says so', () => {
  expect(holdersOf(APP, [APP, holderName(APP, 'one'), standbyName(APP, 'one')], 'self')).toEqual([]);
});

test('who merely lists an app, or holds another one whose name is alike, is no holder', () => {
  const listed = [
    APP,
    `${APP}-2`,
    holderName(`${APP}-2`, 'one'),
    holderName('Super', 'two'),
    standbyName(APP, 'three'),
  ];
  expect(holdersOf(APP, listed, 'self')).toEqual([]);
});
