import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createAriClient } from '../../../lib/ari/client.ts';
import { basicAuthorization, cachedCredentials } from '../../../lib/ari/credentials.ts';
import { type DialOptions, dialWebSocketTransport } from '../../../lib/ari/websocket-dial.ts';
import { until } from '../../support/until.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server of WebSockets that takes one password, and a way to dial it. */
async function serve(password = 'p') {
  const dialled: IncomingMessage[] = [];
  const sockets: WebSocket[] = [];
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient: ({ req }: { req: IncomingMessage }) => {
      dialled.push(req);
      return req.headers.authorization === basicAuthorization({ username: 'u', password });
    },
  });
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.terminate();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/ari/`;
  let fetched = 0;
  const credentials = cachedCredentials(async () => {
    fetched += 1;
    return { username: 'u', password: `p${'+'.repeat(fetched - 1)}` };
  });
  const dial = (options: Partial<DialOptions> = {}) =>
    dialWebSocketTransport({ url, credentials, apps: ['b', 'a', 'b'], ...options });
  return { dial, dialled, sockets, fetches: () => fetched };
}

test('the URL names each app once, and no password', async () => {
  const { dial, dialled } = await serve();
  await dial();
  expect(dialled[0]?.url).toBe('/prefix/ari/events?app=b%2Ca');
});

test('events come as they were sent, with types and fields that the model does not know', async () => {
  const { dial, sockets } = await serve();
  const events: unknown[] = [];
  await dial({ onEvent: (event) => events.push(event) });
  const sent = [
    { type: 'StasisStart', aura: { colour: 'blue' }, args: ['ä'] },
    { type: 'SomethingOfTomorrow', list: [null, 1.5] },
  ];
  for (const event of sent) sockets[0]?.send(JSON.stringify(event));
  sockets[0]?.send(JSON.stringify({ type: 'RESTResponse', request_id: 'of nobody' }));
  await until('both', () => events.length === 2);
  expect(events).toEqual(sent);
});

test('a refused password is fetched again, once', async () => {
  const { dial, dialled, fetches } = await serve('p+');
  await dial();
  expect(fetches()).toBe(2);
  expect(dialled).toHaveLength(2);
  const wrong = await serve('another');
  await expect(wrong.dial()).rejects.toThrow(
    'refused the user "u" (401). Compare the secret with the section [u] in ari.conf',
  );
  expect(wrong.fetches()).toBe(2);
});

test('a frame that is not JSON closes the socket, with the reason', async () => {
  const { dial, sockets } = await serve();
  const ended: string[] = [];
  const transport = await dial({ onEnd: (reason) => ended.push(reason) });
  sockets[0]?.send('not JSON');
  await until('the end', () => ended.length === 1);
  expect(ended).toEqual(['close code 1007 expected JSON']);
  await expect(createAriClient(transport).asterisk.ping()).rejects.toThrow('the WebSocket is closed');
});

test('close() of the client closes the socket', async () => {
  const { dial, sockets } = await serve();
  const ari = createAriClient(await dial());
  const closed = new Promise((resolve) => sockets[0]?.once('close', resolve));
  ari.close();
  expect(await closed).toBe(1000);
});
