import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAriClient } from '../../../../../lib/ari/client.ts';
import { cachedCredentials } from '../../../../../lib/ari/credentials.ts';
import { httpTransport } from '../../../../../lib/ari/http-transport.ts';
import { type AriExchange, watchRequests } from '../../../../../lib/local/lambda/runtime/ari-requests.ts';
import { until } from '../../../../support/until.ts';

const LARGE = 'x'.repeat(40_000);
const seen: AriExchange[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer(async (incoming, response) => {
    for await (const _ of incoming);
    if (incoming.url?.includes('broken')) incoming.socket.destroy();
    else if (incoming.url?.includes('large')) response.end(LARGE);
    else if (incoming.url?.includes('image')) response.end(Buffer.from([137, 0, 1, 2]));
    else if (incoming.method === 'GET') response.writeHead(404).end('{"message":"Channel not found"}');
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"1.0"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ari`;
  watchRequests(JSON.stringify([{ url }]), (exchange) => seen.push(exchange));
});
afterAll(() => server.close());
beforeEach(() => {
  seen.length = 0;
});

const once = () => until('an exchange', () => seen[0]);

test("a command of this project's own client is seen, with body and answer, and no header", async () => {
  const credentials = cachedCredentials(async () => ({ username: 'u', password: 'secret' }));
  const transport = httpTransport({ url, credentials });
  await createAriClient(transport).channels.originate({ endpoint: 'PJSIP/1', variables: { a: 'b' } });
  expect(await once()).toEqual({
    method: 'POST',
    path: '/ari/channels',
    body: '{"endpoint":"PJSIP/1","variables":{"a":"b"}}',
    status: 200,
    answer: '{"id":"1.0"}',
    at: expect.any(Number),
    ms: expect.any(Number),
  });
  expect(JSON.stringify(seen)).not.toContain('secret');
  await transport.close?.();
});

test('so is a request by fetch', async () => {
  const answer = await fetch(`${url}/channels/2?x=1`, { method: 'POST', body: '{"y":2}' });
  expect(await answer.text()).toBe('{"id":"1.0"}');
  expect(await once()).toMatchObject({
    method: 'POST',
    path: '/ari/channels/2?x=1',
    body: '{"y":2}',
    status: 200,
    answer: '{"id":"1.0"}',
  });
});

test('a refusal and its message are seen', async () => {
  expect(await (await fetch(`${url}/channels/3`)).json()).toEqual({ message: 'Channel not found' });
  expect(await once()).toMatchObject({ status: 404, answer: '{"message":"Channel not found"}' });
});

test('a missing response is seen with its reason', async () => {
  const failed = new Promise<Error>((resolve) => request(`${url}/broken`).on('error', resolve).end());
  const { message } = await failed;
  expect(await once()).toEqual({
    method: 'GET',
    path: '/ari/broken',
    error: message,
    at: expect.any(Number),
    ms: expect.any(Number),
  });
});

test('of a large response the first 16 KB are seen, of a binary one its size; the caller gets all of it', async () => {
  const large = await get('/large');
  expect(large.toString()).toBe(LARGE);
  expect((await once()).answer).toHaveLength(16 * 1024);
  seen.length = 0;
  expect(await get('/image')).toEqual(Buffer.from([137, 0, 1, 2]));
  expect((await once()).answer).toBe('(4 bytes)');
});

test('requests to other hosts are not seen', async () => {
  const other = createServer((_, response) => response.end('other'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  await (await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}/ari`)).text();
  other.close();
  await (await fetch(`${url}/channels/4`, { method: 'POST' })).text();
  expect(await once()).toMatchObject({ path: '/ari/channels/4' });
  expect(seen).toHaveLength(1);
});

/** By `node:http`. */
function get(path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    request(url + path, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve(Buffer.concat(chunks));
    })
      .on('error', reject)
      .end();
  });
}
