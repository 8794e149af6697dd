/**
 * The processes of the local way with nothing in them: one holds the WebSocket and posts what comes, one takes it and hands
 * it on, one answers. What is left is what three processes cost on this machine.
 */
import { fork } from 'node:child_process';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import WebSocket from 'ws';
import { inWay } from './way.ts';

const { ARI_URL = '', ARI_APP, ARI_USER, ARI_PASSWORD, BARE_CHAIN, BUS_PORT } = process.env;
const headers = { authorization: `Basic ${Buffer.from(`${ARI_USER}:${ARI_PASSWORD}`).toString('base64')}` };

const parts: Record<string, () => void> = { connector, function: answer };
const part = parts[BARE_CHAIN ?? 'bus'] ?? bus;
part();

function connector(): void {
  const agent = new Agent({ keepAlive: true });
  const socket = new WebSocket(`${ARI_URL.replace('http', 'ws')}/events?app=${ARI_APP}`, { headers });
  socket.on('open', () => process.send?.('open'));
  socket.on('message', (data: Buffer) => {
    const options = { agent, port: BUS_PORT, host: '127.0.0.1', method: 'POST' };
    request(options, (answered) => answered.resume()).end(data);
  });
}

function answer(): void {
  process.on('message', async (event: { type: string; channel: { id: string } }) => {
    if (event.type !== 'StasisStart') return;
    const response = await fetch(`${ARI_URL}/channels/${event.channel.id}/answer`, { method: 'POST', headers });
    if (!response.ok) throw new Error(`answer: ${response.status}`);
  });
}

function bus(): void {
  const { listening } = inWay();
  const child = (name: string, more: Record<string, string> = {}) =>
    fork(import.meta.filename, { env: { ...process.env, ...more, BARE_CHAIN: name }, stdio: ['ignore', 2, 2, 'ipc'] });
  const fn = child('function');
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    fn.send(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    response.end('{}');
  });
  server.listen(0, '127.0.0.1', () => {
    const held = child('connector', { BUS_PORT: String((server.address() as AddressInfo).port) });
    held.once('message', listening);
    process.once('SIGTERM', () => {
      for (const one of [fn, held]) one.kill();
      process.exit();
    });
  });
}
