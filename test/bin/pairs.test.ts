import { expect, test } from 'vitest';
import { pairsOf } from '../../bin/pairs.ts';

test('options of the form NAME=VALUE are read; a value may contain the sign', () => {
  expect(pairsOf('--ssm', ['/a=1', '/b=x=y', '/c='])).toEqual({ '/a': '1', '/b': 'x=y', '/c': '' });
});

test.each(['name', '=value', ''])('%j is refused', (text) => {
  expect(() => pairsOf('--ssm', [text])).toThrow(`--ssm: expected NAME=VALUE, got ${text}`);
});
