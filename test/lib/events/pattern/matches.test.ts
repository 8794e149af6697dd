import { expect, test } from 'vitest';
import { type EventPattern, matches } from '../../../../lib/events/pattern/matches.ts';

const EVENT = {
  source: 'asterisk.ari',
  detail: { application: 'Intro-IVR', args: ['sales', 'de'], count: 2, gone: null },
};

test.each<[string, EventPattern, boolean]>([
  ['a literal', { source: ['asterisk.ari'] }, true],
  ['any of several literals', { source: ['x', 'asterisk.ari'] }, true],
  ['no other literal', { source: ['asterisk'] }, false],
  ['all fields together', { source: ['asterisk.ari'], detail: { application: ['Other'] } }, false],
  ['an element of an array', { detail: { args: ['de'] } }, true],
  ['a number, not its text', { detail: { count: ['2'] } }, false],
  ['a number', { detail: { count: [2] } }, true],
  ['null', { detail: { gone: [null] } }, true],
  ['a prefix', { source: [{ prefix: 'aster' }] }, true],
  ['no other prefix', { source: [{ prefix: 'ster' }] }, false],
  ['presence', { detail: { args: [{ exists: true }] } }, true],
  ['absence', { 'replay-name': [{ exists: false }] }, true],
  ['no absence of what is there', { source: [{ exists: false }] }, false],
  ['nothing of the prototype', { constructor: [{ exists: true }] } as unknown as EventPattern, false],
])('matches %s', (_, pattern, outcome) => {
  expect(matches(pattern, EVENT)).toBe(outcome);
});

test('an operator that it does not know is an error, never a guess', () => {
  expect(() => matches({ source: [{ suffix: 'ari' }] }, EVENT)).toThrow('got {"suffix":"ari"}');
});
