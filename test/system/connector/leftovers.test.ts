import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Connector, type ConnectorOptions } from '../../../connector/connector.ts';
import { DeadLetters } from '../../../connector/dead-letters.ts';
import type { PutOutcome } from '../../../connector/event-bus.ts';
import { DEFAULT_FILTER, EventFilter } from '../../../connector/event-filter.ts';
import type { LeftoverQueue, QueueMessage } from '../../../connector/leftover-queue.ts';
import { Metrics } from '../../../connector/metrics.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { createLog } from '../../../lib/log.ts';
import { AriPeer } from '../../support/ari-peer.ts';
import { busWith } from '../../support/bus-with.ts';
import { type PutEntry, readEntry } from '../../support/records.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const AWAY: PutOutcome = { status: 'unavailable', reason: 'connect ECONNREFUSED' };

/** A FIFO queue in memory. */
class TestQueue implements LeftoverQueue {
  readonly messages: { body: string; id: string }[] = [];
  /** How many messages it takes before it fails. */
  room = Number.POSITIVE_INFINITY;
  /** Until when the first message is hidden, in epoch milliseconds. */
  #hiddenUntil = 0;

  async sendInOrder(body: string, sender: string, number: number): Promise<void> {
    if (this.messages.length >= this.room && !body.includes('dropped')) throw new Error('the queue is away');
    this.messages.push({ body, id: `${sender}-${number}` });
  }

  async receive(hiddenSeconds: number): Promise<QueueMessage | undefined> {
    const [first] = this.messages;
    if (!first || Date.now() < this.#hiddenUntil) return undefined;
    const hide = async (seconds: number): Promise<void> => {
      this.#hiddenUntil = Date.now() + seconds * 1000;
    };
    await hide(hiddenSeconds);
    return {
      body: first.body,
      remove: async () => {
        this.messages.splice(this.messages.indexOf(first), 1);
        await hide(0);
      },
      hide,
    };
  }
}

let peer: AriPeer;
let queue: TestQueue;
let away: boolean;
let entries: PutEntry[];
let metrics: Metrics;
let lines: string[];
let connectors: Connector[];

beforeEach(async () => {
  peer = await AriPeer.start();
  queue = new TestQueue();
  away = false;
  entries = [];
  lines = [];
  connectors = [];
  metrics = new Metrics();
});
afterEach(async () => {
  away = false;
  await Promise.all(connectors.map((connector) => connector.stop(500)));
  metrics.close();
  peer.close();
  vi.useRealTimers();
});

/** A connector on a disk of its own that is connected. */
async function start(options: Partial<ConnectorOptions> = {}): Promise<Connector> {
  const log = createLog({}, (line) => lines.push(line));
  const folder = folderOfTest();
  const connector = new Connector({
    nodes: [{ name: 'pbx-1', url: peer.url, apps: ['a'], secretId: 's' }],
    credentialsOf: () => cachedCredentials(async () => ({ username: 'u', password: 'p' })),
    bus: busWith(async (given) => {
      const read = given.map(readEntry);
      if (away) return read.map(() => AWAY);
      entries.push(...read);
      return read.map(() => ({ status: 'accepted' }));
    }),
    filter: new EventFilter(DEFAULT_FILTER),
    deadLetters: new DeadLetters(folder, undefined, log),
    leftovers: queue,
    metrics,
    log,
    journalFolder: folder,
    journalMaxBytes: 1e8,
    memoryMaxBytes: 20_000,
    putEventsConcurrency: 2,
    reconnect: { baseMs: 5, capMs: 20 },
    ...options,
  });
  connectors.push(connector);
  const before = peer.sockets.length;
  connector.start();
  await until('the connection', () => peer.sockets.length > before && connector.gauges.connected[0]?.value);
  return connector;
}

const dials = (): number[] =>
  entries.filter(({ DetailType }) => DetailType === 'Dial').map(({ Detail }) => JSON.parse(Detail).peer.number);
const announced = (): object[] =>
  entries.filter(({ DetailType }) => DetailType === 'EventsDropped').map(({ Detail }) => JSON.parse(Detail));
const COUNT = 500;

/** Events that wait while the bus is away: some in memory, most on disk only. */
async function backlogOf(connector: Connector): Promise<void> {
  await until('quiet', () => connector.status.waiting === 0);
  away = true;
  for (let number = 0; number < COUNT; number++) {
    peer.send({ type: 'Dial', peer: { id: `${number % 5}`, number }, filler: 'x'.repeat(500) });
  }
  await until('the backlog', () => connector.status.waiting >= COUNT);
}

test('a connector that is stopped while the bus is away leaves its events in the queue, and its successor publishes each once and in order', async () => {
  const first = await start();
  await backlogOf(first);
  expect(await first.stop(600)).toEqual({ waiting: 0, dropped: 0 });
  expect(dials()).toEqual([]);
  expect(queue.messages.length).toBeGreaterThan(0);
  away = false;
  await start();
  await until('all events', () => dials().length >= COUNT);
  await until('the queue to be empty', () => queue.messages.length === 0);
  expect(dials().toSorted((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, i) => i));
  for (let lane = 0; lane < 5; lane++) {
    const ofLane = dials().filter((number) => number % 5 === lane);
    expect(ofLane).toEqual(ofLane.toSorted((a, b) => a - b));
  }
});

test('what the queue does not take is counted in the metric, and announced by the successor', async () => {
  const first = await start();
  await backlogOf(first);
  queue.room = 0;
  const { waiting } = await first.stop(4000);
  expect(waiting).toBeGreaterThanOrEqual(COUNT);
  expect(metrics.prometheus(first.gauges)).toContain(`events_dropped_total{node="pbx-1",app=""} ${waiting}`);
  away = false;
  await start();
  await until('the announcement', () => announced().length > 0);
  expect(announced()).toEqual([
    {
      node: 'pbx-1',
      count: waiting,
      reason: 'a connector was stopped that could not publish them',
      metadata: expect.any(Object),
    },
  ]);
  await until('the queue to be empty', () => queue.messages.length === 0);
}, 20_000);

test('a message stays in the queue until its events are on the bus: a connector that is stopped before gives it to the next at once', async () => {
  const first = await start();
  await backlogOf(first);
  await first.stop(600);
  const left = queue.messages.length;
  // The second one takes the message while the bus seems to be there.
  const second = await start();
  await until('the message to be taken', () => second.status.waiting >= COUNT);
  expect(await second.stop(600)).toMatchObject({ waiting: 0 });
  expect(queue.messages.slice(0, left)).toHaveLength(left);
  expect(dials()).toEqual([]);
  away = false;
  await start();
  await until('all events', () => dials().length >= COUNT);
  expect(dials()).toHaveLength(COUNT);
});

test('a message that no connector wrote is removed and logged', async () => {
  queue.messages.push({ body: 'hello', id: '1' });
  await start();
  await until('the queue to be empty', () => queue.messages.length === 0);
  expect(lines.join()).toContain('as a connector did not write it');
});

test('a stopped connector publishes what it can before it hands over the rest, and leaves nothing where the bus is there', async () => {
  const first = await start();
  await until('quiet', () => first.status.waiting === 0);
  peer.send({ type: 'Dial', peer: { id: '1', number: 1 } });
  await until('the event', () => first.status.waiting > 0 || dials().length > 0);
  expect(await first.stop(5000)).toEqual({ waiting: 0, dropped: 0 });
  expect([dials(), queue.messages]).toEqual([[1], []]);
});
