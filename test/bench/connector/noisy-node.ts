/** A node with 1,600 events a second on ever new channels, another with 10 a second, and a bus that takes 800 a second. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { connectorIn } from './contestants.ts';

const SECONDS = 20;
const NOISY = { name: 'pbx-1', rate: 1600 };
const QUIET = { name: 'pbx-2', rate: 10 };
const BUS_RATE = 800;
const BUS_BURST = 80;
const TICK_MS = 10;
/** As in a container of 512 MiB with a small window: the backlog is soon on disk only. */
const WINDOW_BYTES = 8 * 1024 * 1024;

export async function besideNoisyNode(folder: string, secretsUrl: string): Promise<object> {
  const delays = new Map<string, number[]>([
    [NOISY.name, []],
    [QUIET.name, []],
  ]);
  const bus = createServer(async (request, response) => {
    const { Entries } = JSON.parse(await bodyOf(request)) as { Entries: { Detail: string }[] };
    const results = Entries.map(({ Detail }) => {
      if (!take()) return { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
      const { sentAt, metadata } = JSON.parse(Detail) as { sentAt?: number; metadata: { node: string } };
      if (sentAt !== undefined) delays.get(metadata.node)?.push(performance.now() - sentAt);
      return { EventId: '11710aed-b79e-4468-a20b-bb3c0c3b4860' };
    });
    const FailedEntryCount = results.filter((result) => 'ErrorCode' in result).length;
    response.end(JSON.stringify({ FailedEntryCount, Entries: results }));
  });
  const take = tokenBucket();
  const sockets: WebSocket[] = [];
  const upgrades = new WebSocketServer({ noServer: true });
  const asterisk = createServer((_, response) => response.setHeader('content-type', 'application/json').end('[]'));
  asterisk.on('upgrade', (request, socket, head) => {
    upgrades.handleUpgrade(request, socket, head, (opened) => sockets.push(opened));
  });
  const [busPort, asteriskPort] = await Promise.all([bus, asterisk].map(listen));
  const connector = connectorIn(
    folder,
    secretsUrl,
    2,
  )({
    SOURCE_URL: `http://127.0.0.1:${asteriskPort}`,
    AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${busPort}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    MEMORY_MAX_BYTES: String(WINDOW_BYTES),
  });
  try {
    for (let waited = 0; sockets.length < 2 && waited < 60_000; waited += 100) await sleep(100);
    await sleep(1000);
    const [noisy, quiet] = sockets as [WebSocket, WebSocket];
    await Promise.all([send(noisy, NOISY.rate, 'noisy'), send(quiet, QUIET.rate, 'quiet')]);
    await sleep(5000);
    // Which of the two sockets is which node the connector decides: the node with fewer events is the quiet one.
    const [few = [], many = []] = [...delays.values()].sort((a, b) => a.length - b.length);
    const sorted = few.toSorted((a, b) => a - b);
    const at = (share: number): number => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN);
    return {
      'quiet node: sent': SECONDS * QUIET.rate,
      'quiet node: on the bus': few.length,
      'quiet node: p50 ms': at(0.5),
      'quiet node: p99 ms': at(0.99),
      'noisy node: events a second on the bus': Math.round(many.length / (SECONDS + 5)),
    };
  } finally {
    connector.kill('SIGKILL');
    upgrades.close();
    for (const server of [bus, asterisk]) {
      server.closeAllConnections();
      server.close();
    }
  }
}

async function send(socket: WebSocket, rate: number, prefix: string): Promise<void> {
  const began = performance.now();
  for (let sent = 0; sent < rate * SECONDS; await sleep(TICK_MS)) {
    const due = ((performance.now() - began) / 1000) * rate;
    for (; sent < due && sent < rate * SECONDS; sent++) {
      const channel = { id: `${prefix}.${sent}`, filler: 'x'.repeat(300) };
      const timestamp = new Date().toISOString().replace('Z', '+0000');
      const event = { type: 'ChannelDtmfReceived', timestamp, sentAt: performance.now(), channel };
      socket.send(JSON.stringify({ ...event, application: 'Intro-IVR' }));
    }
  }
}

function tokenBucket(): () => boolean {
  let tokens = BUS_BURST;
  let filledAt = performance.now();
  return () => {
    const now = performance.now();
    tokens = Math.min(BUS_BURST, tokens + ((now - filledAt) / 1000) * BUS_RATE);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
