import { expect, test } from 'vitest';
import { gatheredDigits } from '../../../../lib/call-handler/verbs/gathered-digits.ts';

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
