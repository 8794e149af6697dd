import { expect, test } from 'vitest';
import { digitsUntilHangUp, gatheredDigits, untilHangUp } from '../../../lib/events/gathered-digits.ts';

const FOUR = { finishOnKey: '#', maxDigits: 4 };

test.each([
  ['in the order of their events, not of their arrival', '12-7-2|11-4-1|13-1-3', '471', false],
  ['once each, also where an event came twice', '11-4-1|12-7-2|11-4-1', '47', false],
  ['without those of earlier lists', '9-9-0|10-9-0|11-4-1', '4', false],
  ['up to the finishing key, whatever came before it', '13-#-3|11-4-1|14-9-4|12-7-2', '47', false],
  ['to the most that were asked for', '11-4-1|12-7-2|13-1-3|14-1-4|15-9-5', '4711', true],
])('digits are taken %s', (_, all, text, isFull) => {
  expect(gatheredDigits(all, '10', FOUR)).toMatchObject({ text, isFull });
});

test('the first that arrived, the last that was pressed and the finishing key are known by their events', () => {
  const { firstAppended, last, finishedBy } = gatheredDigits('13-#-300|11-4-100|12-7-200', '10', FOUR);
  expect([firstAppended, last, finishedBy]).toEqual([13, { number: 13, key: '#', at: 300 }, 13]);
});

test('without a finishing key every key is a digit', () => {
  const found = gatheredDigits('11-#-1', '10', { finishOnKey: '', maxDigits: 1 });
  expect(found).toMatchObject({ text: '#', finishedBy: undefined, isFull: true });
});

test('nothing is there before a digit is', () => {
  expect(gatheredDigits('', '10', FOUR)).toEqual({
    text: '',
    last: undefined,
    firstAppended: undefined,
    finishedBy: undefined,
    isFull: false,
  });
});

test.each([
  ['pressed nothing', FOUR, '', ''],
  ['pressed two digits, the second of which arrived first', FOUR, '|12-7|11-4', '47'],
  ['pressed the finishing key', FOUR, '|11-4|12-#', '4'],
  ['pressed digits of an earlier list', FOUR, '|9-9|11-4', '4'],
  ['had no finishing key', { finishOnKey: '', maxDigits: 2 }, '|11-4|12-#|13-7', '4#'],
])('a caller who %s, and hangs up', (_, limits, appended, digits) => {
  expect(digitsUntilHangUp(`${untilHangUp(limits)}${appended}`, '10')).toBe(digits);
});
