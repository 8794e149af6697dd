import { expect, test } from 'vitest';
import { AriError, reasonOf, unlessGone } from '../../../lib/ari/errors.ts';

const failure = (status: number): AriError => new AriError('bridges.get', '/bridges/1', { status, message: 'Reason' });

test('unlessGone turns a 404 into undefined, passes a value through, and throws everything else', async () => {
  expect(await unlessGone(Promise.resolve('here'))).toBe('here');
  expect(await unlessGone(Promise.reject(failure(404)))).toBeUndefined();
  await expect(unlessGone(Promise.reject(failure(500)))).rejects.toThrow('500 Reason');
});

test('only what was not answered, or a booting Asterisk, is retryable', () => {
  expect([400, 401, 404, 409, 503].filter((status) => failure(status).retryable)).toEqual([503]);
});

test('reasonOf finds the innermost message', () => {
  const inner = new Error('connect ECONNREFUSED 127.0.0.1:1');
  expect(reasonOf(new TypeError('fetch failed', { cause: inner }))).toBe(inner.message);
  expect(reasonOf(new AggregateError([inner]))).toBe(inner.message);
  expect(reasonOf('text')).toBe('text');
});

test.each([
  ['bridges.addChannel', 400, 'Channel not found', 'gone'],
  ['bridges.removeChannel', 400, 'Channel not found', 'gone'],
  ['bridges.addChannel', 400, 'Missing parameter channel', 'rejected'],
  ['bridges.addChannel', 422, 'Channel not in Stasis application', 'wrong-state'],
  ['bridges.removeChannel', 422, 'Channel not in this bridge', 'wrong-state'],
  ['channels.record', 422, 'specified format is unknown on this system', 'rejected'],
  ['channels.originate', 400, 'Channel not found', 'rejected'],
])('%s with %i "%s" is %s', (operation, status, message, kind) => {
  const error = new AriError(operation, '/', { status, message }, ['1.0']);
  expect(error).toMatchObject({ kind, said: message, channelIds: ['1.0'] });
});
