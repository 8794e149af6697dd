import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { EventSocket, type SocketEvent } from '../../../connector/asterisk/event-socket.ts';
import { until } from '../../support/until.ts';

const PING_MS = 60;

/** An Asterisk in a thread of its own: it answers pings also while this thread is busy, until it gets a message. */
const SERVER = `
  const { parentPort } = require('node:worker_threads');
  const { WebSocketServer } = require('ws');
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => parentPort.postMessage(server.address().port));
  server.on('connection', (socket) => parentPort.on('message', () => socket._socket.pause()));
`;

/** Keeps the event loop from turning. */
const busy = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('a connector that was busy for longer than Asterisk may be silent reads the answers that came meanwhile', async ({
  onTestFinished,
}) => {
  const asterisk = new Worker(SERVER, { eval: true });
  onTestFinished(() => void asterisk.terminate());
  const [port] = (await once(asterisk, 'message')) as [number];
  const events: SocketEvent['kind'][] = [];
  const node = { name: 'pbx-1', url: `http://127.0.0.1:${port}/ari`, apps: ['a'] };
  const credentials = { username: 'connector', password: 'p' };
  const socket = new EventSocket({ node, apps: ['a'], credentials, pingIntervalMs: PING_MS }, ({ kind }) =>
    events.push(kind),
  );
  onTestFinished(() => socket.close());
  await until('the connection', () => events.includes('open'));
  // Right after the ping: its answer comes while the loop is busy, and the next look is due when it goes on.
  const work = setInterval(() => setImmediate(() => busy(3 * PING_MS)), PING_MS);
  await sleep(10 * PING_MS);
  clearInterval(work);
  expect(events).not.toContain('end');

  asterisk.postMessage('be silent');
  await until('the end', () => events.includes('end'));
});

/** An Asterisk that answers pings when the test says so, and a connection to it. */
async function connect(onTestFinished: (end: () => Promise<void> | void) => void) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const pings: (() => void)[] = [];
  let peer: WebSocket | undefined;
  server.on('connection', (socket) => {
    peer = socket;
    socket.on('ping', () => pings.push(() => socket.pong()));
  });
  const { port } = server.address() as AddressInfo;
  const node = { name: 'pbx-1', url: `http://127.0.0.1:${port}/ari`, apps: ['a'] };
  const frames: string[] = [];
  let isOpen = false;
  const socket = new EventSocket({ node, apps: ['a'], credentials: { username: 'u', password: 'p' } }, (event) => {
    if (event.kind === 'open') isOpen = true;
    if (event.kind === 'frame') frames.push(event.text);
  });
  onTestFinished(() => socket.close());
  await until('the connection', () => isOpen && peer !== undefined);
  return { socket, pings, frames, peer: peer as unknown as WebSocket };
}

test('a socket is caught up when Asterisk has answered a ping that was sent after the question, not an earlier one', async ({
  onTestFinished,
}) => {
  const { socket, pings, frames, peer } = await connect(onTestFinished);
  const order: string[] = [];
  void socket.caughtUp().then(() => order.push(`first after ${frames}`));
  void socket.caughtUp().then(() => order.push(`second after ${frames}`));
  await until('the first ping', () => pings.length === 1);
  peer.send('a');
  pings[0]?.();
  await until('the second ping', () => pings.length === 2);
  expect(order).toEqual(['first after a']);
  peer.send('b');
  pings[1]?.();
  await until('the second answer', () => order.length === 2);
  expect(order[1]).toBe('second after a,b');
});

test('a socket that ends is never caught up', async ({ onTestFinished }) => {
  const { socket, pings, peer } = await connect(onTestFinished);
  const questions = [socket.caughtUp(), socket.caughtUp()];
  await until('the ping', () => pings.length === 1);
  peer.terminate();
  for (const question of questions) await expect(question).rejects.toThrow('the connection to Asterisk has ended');
  await expect(socket.caughtUp()).rejects.toThrow('the connection to Asterisk has ended');
});
