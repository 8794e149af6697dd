import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
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
