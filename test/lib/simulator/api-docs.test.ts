import { expect, test } from 'vitest';
import { operations } from '../../../lib/ari/generated/operations.ts';
import { apiDocs } from '../../../lib/simulator/api-docs.ts';

const HOST = '127.0.0.1:8088';

test('the list of resources names each of them, and the server that was asked', () => {
  const listing = apiDocs('/api-docs/resources.json', HOST) as { basePath: string; apis: { path: string }[] };
  expect(listing.basePath).toBe('http://127.0.0.1:8088/ari');
  const names = listing.apis.map(({ path }) => path.replace(/^\/api-docs\/(.*)\.\{format\}$/, '$1'));
  expect(names.toSorted()).toEqual(Object.keys(operations).toSorted());
});

test('a resource has every operation with its parameters, and the event WebSocket', () => {
  const described = apiDocs('/api-docs/channels.json', HOST) as {
    apis: { path: string; operations: { nickname: string; parameters: { name: string; paramType: string }[] }[] }[];
  };
  const nicknames = described.apis.flatMap((api) => api.operations.map(({ nickname }) => nickname));
  expect(nicknames.toSorted()).toEqual(Object.keys(operations.channels).toSorted());
  const play = described.apis.find(({ path }) => path === '/channels/{channelId}/play')?.operations[0];
  expect(play?.parameters).toContainEqual({
    name: 'media',
    paramType: 'query',
    required: true,
    allowMultiple: true,
    dataType: 'string',
  });
  expect(JSON.stringify(apiDocs('/api-docs/events.json', HOST))).toContain('"upgrade":"websocket"');
});

test.each(['/api-docs/nothing.json', '/api-docs', '/channels'])('%s is no description', (path) => {
  expect(apiDocs(path, HOST)).toBeUndefined();
});
