import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { Connector } from '../../connector/connector.ts';
import type { PutOutcome } from '../../connector/event-bus.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import type { BusEntry } from '../../lib/events/entry.ts';
import { createLog } from '../../lib/log.ts';
import { until } from '../support/until.ts';

let server: WebSocketServer;
let socket: WebSocket;
let entries: BusEntry[];
let lines: string[];
let outcome: (entry: BusEntry) => PutOutcome;
let connector: Connector;

beforeEach(async () => {
  entries = [];
  lines = [];
  outcome = () => ({ status: 'accepted' });
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(async () => {
  await connector.stop(100);
  for (const client of server.clients) client.terminate();
  server.close();
});

async function start(journalMaxBytes = 1e6): Promise<void> {
  const { port } = server.address() as { port: number };
  connector = new Connector({
    nodes: [{ name: 'pbx-1', url: `http://127.0.0.1:${port}/ari`, apps: ['a'], secretId: 's' }],
    credentialsOf: () => cachedCredentials(async () => ({ username: 'u', password: 'p' })),
    bus: {
      put: async (given) => {
        entries.push(...given);
        return given.map(outcome);
      },
      close: () => {},
    },
    log: createLog({}, (line) => lines.push(line)),
    journalMaxBytes,
    putEventsMaxBytes: 1e5,
    putEventsConcurrency: 2,
  });
  const connected = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  connector.start();
  socket = await connected;
  await until('NodeConnected', () => ofType('NodeConnected').length === 1);
}

const ofType = (type: string): BusEntry[] => entries.filter(({ DetailType }) => DetailType === type);
const detailOf = (entry: BusEntry | undefined) => JSON.parse(entry?.Detail ?? '{}');
const channel = (id: string) => ({ id, channelvars: { 'CHANNEL(linkedid)': 'call-1' } });

describe('the connector', () => {
  test('gives each event its identity, its place, its channel and its call', async () => {
    await start();
    socket.send(JSON.stringify({ type: 'StasisStart', channel: channel('1.0') }));
    socket.send(JSON.stringify({ type: 'PlaybackFinished', playback: { id: 'p', target_uri: 'channel:1.0' } }));
    socket.send(JSON.stringify({ type: 'DeviceStateChanged' }));
    await until('three events', () => ofType('DeviceStateChanged').length === 1);
    const [start_, finished, device] = ['StasisStart', 'PlaybackFinished', 'DeviceStateChanged'].map(
      (type) => detailOf(ofType(type)[0]).metadata,
    );
    expect(start_).toMatchObject({
      node: 'pbx-1',
      sequence: 1,
      channelId: '1.0',
      channelSequence: 1,
      callId: 'call-1',
    });
    expect(finished).toMatchObject({ sequence: 2, channelId: '1.0', channelSequence: 2, callId: 'call-1' });
    expect(device).toMatchObject({ sequence: 3 });
    expect(device).not.toHaveProperty('channelId');
    expect(start_.id).toBe(`${start_.connection}-1`);
    expect(connector.status).toEqual({ ready: true, nodes: { 'pbx-1': 'connected' }, bus: 'accepting', waiting: 0 });
  });

  test('says on the bus and in the log when a frame is no event', async () => {
    await start();
    socket.send('[]');
    await until('the news', () => ofType('EventRejected').length === 1);
    expect(detailOf(ofType('EventRejected')[0])).toEqual({
      node: 'pbx-1',
      id: expect.stringMatching(/-1$/),
      reason: 'expected a JSON object, got an array',
    });
    expect(lines.some((line) => line.includes('An event was rejected'))).toBe(true);
  });

  test('says so too when EventBridge refuses an event for good, but not of its own news', async () => {
    await start();
    outcome = () => ({ status: 'rejected', reason: 'InvalidArgument: no' });
    socket.send('{"type":"Dial"}');
    await until('both refusals', () => lines.filter((line) => line.includes('InvalidArgument')).length === 2);
    expect(detailOf(ofType('EventRejected')[0])).toMatchObject({ type: 'Dial', reason: 'InvalidArgument: no' });
    expect(ofType('EventRejected')).toHaveLength(1);
    expect(connector.status.waiting).toBe(0);
  });

  test('drops loudly when what waits for EventBridge has reached its bound, counts, and goes on', async () => {
    await start(2000);
    outcome = () => ({ status: 'retry', reason: 'ThrottlingException: slow down' });
    for (let i = 0; i < 20; i++)
      socket.send(JSON.stringify({ type: 'Dial', peer: { id: `${i}` }, filler: 'x'.repeat(200) }));
    await until('the alarm', () => lines.some((line) => line.includes('The journal is full')));
    expect(connector.status).toMatchObject({ ready: false, bus: 'ThrottlingException: slow down' });
    outcome = () => ({ status: 'accepted' });
    const published = () => new Set(ofType('Dial').map((entry) => detailOf(entry).peer.id)).size;
    const dropped = () => ofType('EventsDropped').map(detailOf);
    await until('every event to be published or counted', () => {
      return published() + dropped().reduce((sum, { count }) => sum + count, 0) === 20;
    });
    expect(dropped()[0]).toMatchObject({ node: 'pbx-1', reason: 'the journal was full' });
    await until('the rest to be published', () => connector.status.waiting === 0);
    expect(connector.status.ready).toBe(true);
  });

  test('publishes what it has read before it stops, and tells what it could not', async () => {
    await start();
    outcome = () => ({ status: 'retry', reason: 'out' });
    socket.send('{"type":"Dial"}');
    await until('the event', () => connector.status.waiting === 1);
    expect(await connector.stop(50)).toBe(1);
    outcome = () => ({ status: 'accepted' });
    expect(await connector.stop(5000)).toBe(0);
  });
});
