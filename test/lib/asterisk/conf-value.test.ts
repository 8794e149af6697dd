import { expect, test } from 'vitest';
import { confLine, confValueFault } from '../../../lib/asterisk/conf-value.ts';

test('an option is a line, with yes and no for true and false', () => {
  expect(confLine('prefix', 'pbx')).toBe('prefix = pbx');
  expect(confLine('bindport', 8088)).toBe('bindport = 8088');
  expect([confLine('a', true), confLine('a', false)]).toEqual(['a = yes', 'a = no']);
});

test('each semicolon is escaped, as Asterisk would treat the rest as a comment', () => {
  expect(confLine('password', String.raw`;--a;;b\;`)).toBe(String.raw`password = \;--a\;\;b\\;`);
});

test.each(['a\nb', 'a\rb', 'a\u2028b', 'a\0b', 'a\u0085b', '\tb'])('%j has a control character', (value) => {
  expect(confValueFault(value)).toContain('control character');
  expect(() => confLine('x', value)).toThrow('Option `x`: its value has a line break or another control character');
});

test.each([' a', 'a ', '\u00a0a'])('%j would be cut', (value) => {
  expect(() => confLine('x', value)).toThrow('a space at its beginning or end');
});

test('the message does not contain the value, as it may be a password', () => {
  expect(() => confLine('password', 'hidden\n')).toThrow(/^(?!.*hidden)/s);
});
