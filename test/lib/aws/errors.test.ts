import { expect, test } from 'vitest';
import { errorCode, refusalOf } from '../../../lib/aws/errors.ts';

test('an error’s code is what follows its namespace', () => {
  expect(errorCode({ __type: 'com.amazonaws.events#ThrottlingException' })).toBe('ThrottlingException');
  expect(errorCode({ __type: 'ThrottlingException' })).toBe('ThrottlingException');
  expect([errorCode({}), errorCode(undefined)]).toEqual(['', '']);
});

test.each([
  [400, { __type: 'a#Throttled', message: 'slower' }, 'Throttled', 'Throttled: slower'],
  [400, { __type: 'Throttled', Message: 'slower' }, 'Throttled', 'Throttled: slower'],
  [400, { __type: 'Throttled' }, 'Throttled', 'Throttled: no error message returned'],
  [503, undefined, 'HTTP status 503', 'HTTP status 503: no error message returned'],
])('an answer of status %d with %j is an error with its code and message', (status, body, code, message) => {
  expect(refusalOf({ status, body })).toMatchObject({ name: 'AwsError', code, message });
});
