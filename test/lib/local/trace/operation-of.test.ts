import { expect, test } from 'vitest';
import { operationOf, pathBelowRoot } from '../../../../lib/local/trace/operation-of.ts';

test.each([
  ['POST', '/ari/channels/1.0/answer', 'channels.answer'],
  ['POST', '/ari/channels/1.0/play/menu?media=sound%3Aa', 'channels.playWithId'],
  ['GET', '/pbx/ari/channels/1.0/variable?variable=X', 'channels.getChannelVar'],
  ['DELETE', '/ari/bridges/100', 'bridges.destroy'],
  ['POST', '/ari/channels/create?app=a', 'channels.create'],
  ['GET', '/ari/nothing/known', 'GET /nothing/known'],
])('%s %s is %s', (method, path, operation) => {
  expect(operationOf(method, path)).toBe(operation);
});

test('a path below the root has neither prefix nor query', () => {
  expect(pathBelowRoot('/a/ari/channels/x%2Fari/play?media=/ari/b')).toBe('/channels/x%2Fari/play');
});
