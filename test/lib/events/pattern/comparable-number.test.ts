import { expect, test } from 'vitest';
import { comparableNumber, comparableText, readNumber } from '../../../../lib/events/pattern/comparable-number.ts';

test.each([
  ['0', 0],
  ['-0.00e5', -0],
  ['1', 1],
  ['100', 100],
  ['1e2', 100],
  ['0.1e3', 100],
  ['-2.50', -2.5],
  ['1e21', 1e21],
  ['123456789012345680000', 123456789012345680000],
  ['1.7976931348623157e308', Number.MAX_VALUE],
  ['9.9E-324', 1e-323],
])('%s is compared', (text, number) => {
  expect(comparableNumber(text)).toBe(number);
  expect(readNumber(text)).toEqual({ number });
});

test.each(['true', 'false', 'null', '9007199254740993', '1e309', '1e-400', '1e2147483648', '0e2147483648'])(
  '%s is not compared',
  (text) => {
    expect(comparableNumber(text)).toBeUndefined();
  },
);

test('the text in place of numbers sorts as they do', () => {
  const numbers = [
    -Number.MAX_VALUE,
    -1e10,
    -2,
    -1.5,
    -1,
    -Number.MIN_VALUE,
    0,
    Number.MIN_VALUE,
    0.5,
    1,
    2,
    3e9,
    Number.MAX_VALUE,
  ];
  const texts = numbers.map(comparableText);
  expect(texts.toSorted()).toEqual(texts);
  expect(new Set(texts).size).toBe(numbers.length);
  for (const text of texts) expect([...text].map((c) => c.charCodeAt(0)).every((code) => code < 128)).toBe(true);
  expect(new Set(texts.map((text) => text.length))).toEqual(new Set([10]));
});
