import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { NodeLink } from '../../connector/node-link.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { createLog } from '../../lib/log.ts';
import { until } from '../support/until.ts';

/** A peer that speaks WebSocket and does as told: what a real Asterisk would do only in a bad hour. */
let server: WebSocketServer;
let sockets: WebSocket[];
let urls: string[];
let authorizations: (string | undefined)[];
let happened: string[];
let lines: string[];
let link: NodeLink;

beforeEach(async () => {
  sockets = [];
  urls = [];
  authorizations = [];
  happened = [];
  lines = [];
  await listen(0);
});
afterEach(() => {
  link?.stop();
  close();
});

async function listen(port: number, autoPong = true): Promise<void> {
  server = new WebSocketServer({ port, host: '127.0.0.1', autoPong });
  server.on('connection', (socket, request) => {
    sockets.push(socket);
    urls.push(request.url ?? '');
    authorizations.push(request.headers.authorization);
  });
  await new Promise((resolve) => server.once('listening', resolve));
}

function close(): void {
  for (const socket of server.clients) socket.terminate();
  server.close();
}

function start({ apps = ['a', 'b'], pingIntervalMs = 10_000, stableMs = 30_000 } = {}): void {
  const port = (server.address() as { port: number }).port;
  link = new NodeLink({
    node: { name: 'pbx-1', url: `http://127.0.0.1:${port}/ari`, apps },
    credentials: cachedCredentials(async () => ({ username: 'connector', password: 'hidden' })),
    log: createLog({}, (line) => lines.push(line)),
    backoff: { baseMs: 5, capMs: 10 },
    pingIntervalMs,
    stableMs,
    listener: {
      connected: (_, on) => happened.push(`connected ${on}`),
      disconnected: (_, on, __, reason) => happened.push(`disconnected ${on}: ${reason}`),
      event: (_, { event }, { sequence }) => happened.push(`event ${sequence} ${event.type}`),
      rejected: (_, fault, { sequence }) => happened.push(`rejected ${sequence} ${fault}`),
      standingDown: (_, app) => happened.push(`standing down ${app}`),
    },
  });
  link.start();
}

const connections = (count: number): Promise<unknown> =>
  until(`connection ${count}`, () => sockets.length === count && link.notReady === undefined);

describe('a link', () => {
  test('dials with all apps, each once, and the credentials in the header only', async () => {
    start({ apps: ['a', 'b', 'a'] });
    await connections(1);
    expect(urls).toEqual(['/ari/events?app=a%2Cb']);
    expect(authorizations).toEqual([`Basic ${Buffer.from('connector:hidden').toString('base64')}`]);
    expect(happened).toEqual(['connected a,b']);
  });

  test('numbers every frame, also those that are no events', async () => {
    start();
    await connections(1);
    for (const frame of ['{"type":"Dial"}', 'no json', '{"type":"New"}']) sockets[0]?.send(frame);
    await until('three frames', () => happened.length === 4);
    expect(happened.slice(1)).toEqual([
      'event 1 Dial',
      expect.stringMatching(/^rejected 2 expected JSON/),
      'event 3 New',
    ]);
  });

  test('survives frames in broken UTF-8', async () => {
    start();
    await connections(1);
    sockets[0]?.send(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x2c, ...Buffer.from('"type":"Odd"}')]), {
      binary: false,
    });
    await until('the event', () => happened.includes('event 1 Odd'));
    expect(sockets).toHaveLength(1);
  });

  test('connects again for ever, and says so each time', async () => {
    start();
    for (let i = 1; i <= 5; i++) {
      await connections(i);
      sockets[i - 1]?.terminate();
      await until('its end', () => happened.filter((it) => it.startsWith('disconnected')).length === i);
    }
    await connections(6);
    expect(happened[1]).toMatch(/^disconnected a,b: Asterisk at .* closed the connection \(code 1006\)/);
  });

  test.each([
    ['begins with short delays again after a connection that was stable', 0, [1, 1, 1]],
    ['goes on with longer ones after connections that were not', 30_000, [1, 2, 3]],
  ])('%s', async (_, stableMs, attempts) => {
    start({ stableMs });
    for (let i = 1; i <= 3; i++) {
      await connections(i);
      sockets[i - 1]?.terminate();
    }
    await connections(4);
    const told = lines.map((line) => JSON.parse(line)).filter(({ message }) => message.startsWith('Not connected'));
    expect(told.map((line) => line.attempts)).toEqual(attempts);
  });

  test('gives a frozen connection up, which no FIN has ended', async () => {
    close();
    await listen(0, false);
    start({ pingIntervalMs: 20 });
    await connections(1);
    await until('the next connection', () => sockets.length >= 2);
    expect(happened[1]).toMatch(/^disconnected a,b: Asterisk at .* has not answered for/);
  });

  test('keeps a connection that answers pings', async () => {
    start({ pingIntervalMs: 10 });
    await connections(1);
    await sleep(100);
    expect(sockets).toHaveLength(1);
  });

  test('stands down for an app that another connector has taken, and reconnects with the others only', async () => {
    start();
    await connections(1);
    sockets[0]?.send('{"type":"ApplicationReplaced","application":"a"}');
    await until('standing down', () => happened.includes('standing down a'));
    expect(link.notReady).toBeUndefined();
    sockets[0]?.terminate();
    await connections(2);
    expect(urls[1]).toBe('/ari/events?app=b');
  });

  test('does not come back when all of its apps were taken: two that insist would flap', async () => {
    start();
    await connections(1);
    for (const application of ['a', 'b'])
      sockets[0]?.send(JSON.stringify({ type: 'ApplicationReplaced', application }));
    await until('the link to stand down', () => link.notReady?.includes('another connector has taken over all apps'));
    await sleep(50);
    expect(sockets).toHaveLength(1);
  });

  test('stops for good', async () => {
    start();
    await connections(1);
    link.stop();
    await until('the goodbye', () => sockets[0]?.readyState === 3);
    await sleep(50);
    expect(sockets).toHaveLength(1);
    expect(happened).toEqual(['connected a,b']);
  });

  test('says why it is not connected once, not at each attempt', async () => {
    start();
    close();
    await sleep(150);
    const said = lines.filter((line) => line.includes('Not connected'));
    expect(said.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThanOrEqual(2);
    expect(lines.join()).not.toContain('hidden');
  });
});
