import { expect, test } from 'vitest';
import { absolutePath, flag, list, optionFaults, text, whole } from '../../../lib/asterisk/option-faults.ts';

const CHECKS = {
  on: flag,
  port: whole(1, 9),
  name: text('a word', /^\w+$/),
  names: list('words', /^\w+$/),
  file: absolutePath,
};

test('valid options are accepted, and so are none', () => {
  const right = { on: false, port: 9, name: 'a', names: ['a', 'b'], file: '/etc/asterisk/keys/a b;c.pem' };
  expect(optionFaults('x', right, CHECKS)).toEqual([]);
  expect(optionFaults('x', {}, CHECKS)).toEqual([]);
  expect(optionFaults('x', undefined, CHECKS)).toEqual([]);
});

test('every fault is reported, with what was expected and what was given', () => {
  const wrong = { on: 'yes', port: 10, name: 'a\nb', names: ['a', 7], file: 'key.pem' };
  expect(optionFaults('x', wrong, CHECKS)).toEqual([
    'x.on: expected true or false, got "yes"',
    'x.port: expected a whole number from 1 to 9, got 10',
    'x.name: expected a word, got "a\\nb"',
    'x.names: expected a list of words, got ["a",7]',
    'x.file: expected an absolute path, got "key.pem"',
  ]);
});

test('an unknown option is named without its value, which may be a password', () => {
  for (const name of ['password', 'constructor', '__proto__']) {
    const [fault, ...more] = optionFaults('x', JSON.parse(`{"${name}":"hidden"}`), CHECKS);
    expect(more).toEqual([]);
    expect(fault).toBe(`x: there is no option "${name}" here; there are on, port, name, names, file`);
  }
});

test.each([[null], [[]], ['on'], [7]])('%j is not a group of options', (given) => {
  expect(optionFaults('x', given, CHECKS)).toEqual([`x: expected an object of options, got ${JSON.stringify(given)}`]);
});
