import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connector, type ConnectorOptions } from '../../connector/connector.ts';
import { DeadLetters } from '../../connector/dead-letters.ts';
import type { PutOutcome } from '../../connector/event-bus.ts';
import { DEFAULT_FILTER, EventFilter } from '../../connector/event-filter.ts';
import { Metrics } from '../../connector/metrics.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { createLog } from '../../lib/log.ts';
import { AriPeer } from '../support/ari-peer.ts';
import { busWith } from '../support/bus-with.ts';
import { type PutEntry, readEntry } from '../support/records.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const AWAY: PutOutcome = { status: 'unavailable', reason: 'connect ECONNREFUSED' };

let peer: AriPeer;
let folder: ReturnType<typeof temporaryFolder>;
/** The entries that all connectors of a test sent to the bus. */
let entries: PutEntry[];
let lines: string[];
let outcome: (entry: PutEntry) => PutOutcome;
let metrics: Metrics;
let connectors: Connector[];

beforeEach(async () => {
  entries = [];
  lines = [];
  connectors = [];
  outcome = () => ({ status: 'accepted' });
  folder = temporaryFolder();
  metrics = new Metrics();
  peer = await AriPeer.start();
});
afterEach(async () => {
  outcome = () => ({ status: 'accepted' });
  await Promise.all(connectors.map((connector) => connector.stop(1000)));
  metrics.close();
  peer.close();
  folder.remove();
});

function connectorOf(options: Partial<ConnectorOptions> = {}): Connector {
  const log = createLog({}, (line) => lines.push(line));
  const connector = new Connector({
    nodes: [{ name: 'pbx-1', url: peer.url, apps: ['a'], secretId: 's' }],
    credentialsOf: () => cachedCredentials(async () => ({ username: 'u', password: 'p' })),
    bus: busWith(async (given) => {
      const read = given.map(readEntry);
      entries.push(...read);
      return read.map((entry) => outcome(entry));
    }),
    filter: new EventFilter(DEFAULT_FILTER),
    deadLetters: new DeadLetters(folder.path, undefined, log),
    metrics,
    log,
    journalFolder: folder.path,
    journalMaxBytes: 1e7,
    memoryMaxBytes: 1e6,
    putEventsConcurrency: 2,
    reconnect: { baseMs: 5, capMs: 20 },
    ...options,
  });
  connectors.push(connector);
  return connector;
}

/** A connector that is connected, and has announced its first gap. */
async function start(options: Partial<ConnectorOptions> = {}): Promise<Connector> {
  const connector = connectorOf(options);
  const inStep = (): number => lines.filter((line) => line.includes('In step with Asterisk')).length;
  const before = inStep();
  connector.start();
  await until('the comparison with Asterisk', () => inStep() > before);
  return connector;
}

/** Kills a connector, as far as a test can: nothing that it reads or publishes from now on has an effect. */
async function kill(connector: Connector): Promise<void> {
  // A killed process leaves the files that its folder contains now.
  const kept = readdirSync(folder.path).map((file) => [file, readFileSync(join(folder.path, file))] as const);
  outcome = () => ({ status: 'accepted' });
  await connector.stop(1000);
  rmSync(folder.path, { recursive: true });
  mkdirSync(folder.path);
  for (const [file, data] of kept) writeFileSync(join(folder.path, file), data);
  entries.length = 0;
}

const ofType = (type: string): PutEntry[] => entries.filter(({ DetailType }) => DetailType === type);
const detailOf = (entry: PutEntry | undefined) => JSON.parse(entry?.Detail ?? '{}');
const CREATED = new Date().toISOString();
const channel = (id: string) => ({
  id,
  creationtime: CREATED,
  dialplan: { context: 'default', exten: 'ivr', priority: 2, app_name: 'Stasis', app_data: 'a,100' },
  channelvars: { 'CHANNEL(linkedid)': 'call-1' },
});
const deadLetters = (): { reason: string; content: string }[] =>
  readFileSync(join(folder.path, 'dead-letters.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a new connector that knows of no others', () => {
  test('is not healthy until it is connected', async () => {
    const connector = connectorOf();
    expect(connector.neverServed).toEqual(['pbx-1']);
    connector.start();
    await until('health', () => connector.neverServed.length === 0);
  });

  test('counts as one that works after five minutes without any node: Asterisk is away', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const connector = connectorOf({
        nodes: [{ name: 'pbx-1', url: 'http://127.0.0.1:9/ari', apps: ['a'], secretId: 's' }],
      });
      vi.advanceTimersByTime(299_000);
      expect(connector.neverServed).toEqual(['pbx-1']);
      vi.advanceTimersByTime(2000);
      expect(connector.neverServed).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('is healthy where it has reached one of its nodes', async () => {
    const away = { name: 'pbx-2', url: 'http://127.0.0.1:9/ari', apps: ['b'], secretId: 's' };
    const connector = connectorOf({ nodes: [{ name: 'pbx-1', url: peer.url, apps: ['a'], secretId: 's' }, away] });
    expect(connector.neverServed).toEqual(['pbx-1', 'pbx-2']);
    connector.start();
    await until('health', () => connector.neverServed.length === 0);
  });
});

describe('the connector', () => {
  test('gives each event its id, its position, its channel and its call', async () => {
    const connector = await start();
    peer.send({ type: 'StasisStart', application: 'a', channel: channel('1.0') });
    peer.send({ type: 'PlaybackFinished', application: 'a', playback: { id: 'p', target_uri: 'channel:1.0' } });
    peer.send({ type: 'DeviceStateChanged', application: 'a' });
    await until('three events', () => ofType('DeviceStateChanged').length === 1);
    const [start_, finished, device] = ['StasisStart', 'PlaybackFinished', 'DeviceStateChanged'].map(
      (type) => detailOf(ofType(type)[0]).metadata,
    );
    expect(start_).toMatchObject({
      node: 'pbx-1',
      sequence: 1,
      channelId: '1.0',
      channelSequence: expect.closeTo(Date.now() * 1000, -8),
      callId: 'call-1',
    });
    expect(finished).toMatchObject({ sequence: 2, channelId: '1.0', callId: 'call-1' });
    expect(finished.channelSequence).toBeGreaterThan(start_.channelSequence);
    expect(device).toMatchObject({ sequence: 3 });
    expect(device).not.toHaveProperty('channelId');
    expect(start_.id).toMatch(/^pbx-1-[0-9a-f]{32}(-\d{13})?-start$/);
    expect(finished.id).toBe(`${finished.connection}-2`);
    expect(ofType('StasisStart')[0]?.Resources).toEqual(['pbx-1/channel/1.0']);
    await until('everything to be accepted', () => connector.status.waiting === 0);
    expect(connector.status).toEqual({
      ready: true,
      nodes: { 'pbx-1': 'connected' },
      bus: 'accepting',
      journal: 'on disk',
      waiting: 0,
    });
  });

  test('announces its start and its connections on the bus', async () => {
    const connector = await start();
    await until('the news', () => ofType('NodeConnected').length === 1);
    expect(detailOf(ofType('ConnectorStarted')[0])).toEqual({
      node: 'pbx-1',
      apps: ['a'],
      instance: expect.stringMatching(/^\w{8}$/),
      metadata: { id: expect.any(String), node: 'pbx-1' },
    });
    const { connection, metadata } = detailOf(ofType('NodeConnected')[0]);
    expect(metadata).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), node: 'pbx-1' });
    await connector.stop(5000);
    expect(detailOf(ofType('NodeDisconnected')[0])).toEqual({
      node: 'pbx-1',
      apps: ['a'],
      connection,
      reason: 'this connector was stopped',
      metadata: { id: expect.any(String), node: 'pbx-1' },
    });
    expect(new Set(entries.map(({ Source, Resources }) => `${Source} ${Resources}`))).toEqual(
      new Set(['asterisk.ari.connector pbx-1']),
    );
  });

  test('does not forward events that its filter does not pass, and counts them', async () => {
    const connector = await start();
    for (const type of ['StasisStart', 'ChannelVarset', 'ChannelDialplan', 'ChannelStateChange']) {
      peer.send({ type, application: 'a', channel: channel('1.0') });
    }
    await until('the last event', () => ofType('ChannelStateChange').length === 1);
    expect(detailOf(ofType('ChannelStateChange')[0]).metadata).toMatchObject({ sequence: 4 });
    expect([ofType('ChannelVarset'), ofType('ChannelDialplan')]).toEqual([[], []]);
    expect(metrics.prometheus(connector.gauges)).toContain('events_filtered_total{node="pbx-1",app="a"} 2');
  });

  test('keeps the order of a channel’s events while the bus is unavailable, and publishes them afterwards', async () => {
    await start();
    outcome = () => AWAY;
    for (let i = 0; i < 200; i++) peer.send({ type: 'Dial', peer: channel(`${i % 4}`), n: i });
    const connector = connectors[0] as Connector;
    await until('the stall', () => connector.status.bus === 'connect ECONNREFUSED' && connector.status.waiting >= 200);
    expect(connector.status.ready).toBe(false);
    expect(connector.gauges.journalDepth).toBe(connector.status.waiting);
    const accepted: { peer: { id: string }; n: number; metadata: { channelSequence: number } }[] = [];
    outcome = (entry) => {
      if (entry.DetailType === 'Dial') accepted.push(detailOf(entry));
      return { status: 'accepted' };
    };
    await until('everything to be accepted', () => connector.status.waiting === 0);
    expect(accepted).toHaveLength(200);
    for (const id of ['0', '1', '2', '3']) {
      const sequences = accepted
        .filter(({ peer: { id: of } }) => of === id)
        .map(({ metadata }) => metadata.channelSequence);
      expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
      expect(sequences).toHaveLength(50);
    }
    expect(connector.status.ready).toBe(true);
  });

  test('does not rebuild a StasisStart that is on its way, however late it comes', async () => {
    const entered = channel('1.0');
    peer.answers['/channels'] = [entered];
    peer.answers['/applications'] = [{ name: 'a', channel_ids: ['1.0'] }];
    peer.holdsFrames = true;
    const connector = connectorOf();
    connector.start();
    await until('the connection', () => peer.sockets.length === 1);
    peer.send({ type: 'StasisStart', application: 'a', args: ['100'], channel: entered });
    await until('the comparison with Asterisk', () => peer.asked.includes('/asterisk/ping'));
    await sleep(700);
    peer.releaseFrames();
    await until('its end', () => lines.some((line) => line.includes('In step with Asterisk')));
    await until('everything to be accepted', () => connector.status.waiting === 0);
    expect(ofType('StasisStart').map((entry) => detailOf(entry).metadata.recovered)).toEqual([undefined]);
  });

  test('does not forward Asterisk’s own StasisStart after one that it has rebuilt', async () => {
    const known = channel('1.0');
    peer.answers['/channels'] = [known];
    peer.answers['/applications'] = [{ name: 'a', channel_ids: ['1.0'] }];
    await start();
    await until('the rebuilt start', () => ofType('StasisStart').length === 1);
    const rebuilt = detailOf(ofType('StasisStart')[0]);
    expect(rebuilt).toMatchObject({
      args: ['100'],
      application: 'a',
      metadata: { recovered: true },
    });
    peer.send({ type: 'StasisStart', application: 'a', args: ['100'], channel: known });
    peer.send({ type: 'ChannelStateChange', application: 'a', channel: known });
    await until('the event after it', () => ofType('ChannelStateChange').length === 1);
    expect(ofType('StasisStart')).toHaveLength(1);
    expect(detailOf(ofType('ChannelStateChange')[0]).metadata.channelSequence).toBeGreaterThan(
      rebuilt.metadata.channelSequence,
    );
    // The channel leaves and enters again at the same place: this StasisStart is forwarded, and is another event.
    peer.send({ type: 'StasisEnd', application: 'a', channel: known });
    peer.send({ type: 'StasisStart', application: 'a', args: ['100'], channel: known, timestamp: CREATED });
    await until('the next start', () => ofType('StasisStart').length === 2);
    const stay = rebuilt.metadata.id.replace(/-start$/, '');
    expect(detailOf(ofType('StasisEnd')[0]).metadata.id).toBe(`${stay}-end`);
    expect(detailOf(ofType('StasisStart')[1]).metadata.id).toBe(`${stay}-2-start`);
  });

  test('rebuilds a StasisStart under the id with which another connector on another disk has forwarded it', async () => {
    const first = await start();
    // Created after the first connector took the app, so that it was not in the app before.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
    const known = { ...channel('1.0'), creationtime: new Date().toISOString() };
    peer.send({ type: 'StasisStart', application: 'a', args: ['100'], channel: known, timestamp: known.creationtime });
    await until('the event', () => ofType('StasisStart').length === 1);
    vi.useRealTimers();
    peer.answers['/channels'] = [known];
    peer.answers['/applications'] = [{ name: 'a', channel_ids: ['1.0'] }];
    await start({ journalFolder: `${folder.path}/other` });
    await until('the rebuilt start', () => ofType('StasisStart').length === 2);
    const [sent, rebuilt] = ofType('StasisStart').map((entry) => detailOf(entry).metadata);
    expect([rebuilt.recovered, rebuilt.id]).toEqual([true, sent.id]);
    expect(first.status.ready).toBe(true);
  });
});

describe('a lost event is announced on the bus', () => {
  test('when a frame is not an event: it becomes a dead letter', async () => {
    await start();
    peer.send('[]');
    await until('the news', () => ofType('EventRejected').length === 1);
    const reason = 'expected a JSON object, got an array';
    expect(detailOf(ofType('EventRejected')[0])).toMatchObject({
      node: 'pbx-1',
      id: expect.stringMatching(/-1$/),
      reason,
    });
    expect(lines.some((line) => line.includes('An event was rejected'))).toBe(true);
    expect(deadLetters()).toMatchObject([{ reason, content: '[]' }]);
  });

  test('when the bus rejects an event: it becomes a dead letter; rejected news does too, and is not announced', async () => {
    const connector = await start();
    await until('quiet', () => connector.status.waiting === 0);
    outcome = () => ({ status: 'rejected', reason: 'InvalidArgument: no' });
    peer.send({ type: 'Dial' });
    await until('both refusals', () => lines.filter((line) => line.includes('InvalidArgument')).length === 2);
    expect(detailOf(ofType('EventRejected')[0])).toMatchObject({ type: 'Dial', reason: 'InvalidArgument: no' });
    expect(ofType('EventRejected')).toHaveLength(1);
    expect(connector.status.waiting).toBe(0);
    expect(deadLetters().map(({ content }) => JSON.parse(content).DetailType)).toEqual(['Dial', 'EventRejected']);
  });

  test('when an event is larger than the bus takes: it becomes a dead letter', async () => {
    await start();
    peer.send({ type: 'Dial', filler: 'x'.repeat(1024 * 1024) });
    await until('the news', () => ofType('EventRejected').length === 1);
    expect(detailOf(ofType('EventRejected')[0]).reason).toMatch(/^an entry of The bus has at most 1048576 bytes/);
    expect(ofType('Dial')).toEqual([]);
    expect(JSON.parse(deadLetters()[0]?.content ?? '').DetailType).toBe('Dial');
  });

  test('when there was no room for it: the dropped events are counted, and the others published', async () => {
    const connector = await start({ journalMaxBytes: 20_000, memoryMaxBytes: 5000 });
    await until('quiet', () => connector.status.waiting === 0);
    outcome = () => AWAY;
    for (let i = 0; i < 100; i++) peer.send({ type: 'Dial', peer: { id: `${i}` }, filler: 'x'.repeat(200) });
    await until('the error in the log', () => lines.some((line) => line.includes('The journal is full')));
    peer.send({ type: 'Dial', peer: { id: 'last' } });
    expect(connector.status.ready).toBe(false);
    outcome = () => ({ status: 'accepted' });
    const published = () => new Set(ofType('Dial').map((entry) => detailOf(entry).peer.id)).size;
    const dropped = () => ofType('EventsDropped').map(detailOf);
    await until('every event to be published or counted', () => {
      return published() + dropped().reduce((sum, { count }) => sum + count, 0) === 101;
    });
    expect(dropped()[0]).toMatchObject({ node: 'pbx-1', reason: 'the journal had no room for them' });
    await until('the rest to be published', () => connector.status.waiting === 0);
    expect(connector.status.ready).toBe(true);
  });
});

describe('a connector that stops', () => {
  test('reports how many events it could not publish in time', async () => {
    const connector = await start();
    await until('quiet', () => connector.status.waiting === 0);
    outcome = () => AWAY;
    peer.send({ type: 'Dial' });
    await until('the event', () => connector.status.waiting === 1);
    // The event, and the news that the connection was closed.
    expect(await connector.stop(50)).toEqual({ waiting: 2, dropped: 0 });
  });

  test('leaves the number of events that it has dropped to the next one on its disk', async () => {
    const sizes = { journalMaxBytes: 20_000, memoryMaxBytes: 5000 };
    const first = await start(sizes);
    await until('quiet', () => first.status.waiting === 0);
    outcome = () => AWAY;
    for (let i = 0; i < 100; i++) peer.send({ type: 'Dial', peer: { id: `${i}` }, filler: 'x'.repeat(200) });
    peer.send({ type: 'DeviceStateChanged' });
    await until('the error in the log', () => lines.some((line) => line.includes('The journal is full')));
    await until('all events', () =>
      metrics.prometheus(first.gauges).includes('events_read_total{node="pbx-1",app=""} 101'),
    );
    expect((await first.stop(50)).dropped).toBe(0);
    const accepted: PutEntry[] = [];
    const bus = busWith(async (given) => {
      accepted.push(...given.map(readEntry));
      return given.map(() => ({ status: 'accepted' }));
    });
    const next = await start({ ...sizes, bus });
    await until('the rest to be published', () => next.status.waiting === 0);
    const published = accepted.filter(({ DetailType }) => ['Dial', 'DeviceStateChanged'].includes(DetailType)).length;
    const announced = accepted.filter(({ DetailType }) => DetailType === 'EventsDropped').map(detailOf);
    const dropped = announced.reduce((sum, { count }) => sum + count, 0);
    expect(dropped).toBeGreaterThan(0);
    expect(published + dropped).toBe(101);
  });

  test('waits until the events in flight are published', async () => {
    const connector = await start();
    peer.send({ type: 'Dial' });
    expect(await connector.stop(10_000)).toEqual({ waiting: 0, dropped: 0 });
    expect(ofType('Dial')).toHaveLength(1);
  });
});

/** Which events were accepted is on disk a second later. */
const noted = () => sleep(1500);

describe('a connector that starts on the disk of a killed connector', () => {
  test('publishes the events that the killed one had read, under the same ids, and continues their numbers', async () => {
    const first = await start();
    peer.send({ type: 'StasisStart', application: 'a', channel: channel('1.0') });
    await until('the first event', () => ofType('StasisStart').length === 1 && first.status.waiting === 0);
    await noted();
    outcome = () => AWAY;
    peer.send({ type: 'ChannelStateChange', application: 'a', channel: { id: '1.0' } });
    await until('the second event', () => ofType('ChannelStateChange').length > 0);
    const { id } = detailOf(ofType('ChannelStateChange')[0]).metadata;
    await kill(first);
    peer.answers['/channels'] = [{ ...channel('1.0'), dialplan: { app_name: 'Stasis', app_data: 'a' } }];
    peer.answers['/applications'] = [{ name: 'a', channel_ids: ['1.0'] }];

    await start();
    await until('the event of the killed connector', () => ofType('ChannelStateChange').length === 1);
    expect(detailOf(ofType('ChannelStateChange')[0]).metadata).toMatchObject({ id });
    const { channelSequence } = detailOf(ofType('ChannelStateChange')[0]).metadata;
    expect(ofType('StasisStart')).toEqual([]);
    peer.send({ type: 'ChannelDtmfReceived', application: 'a', channel: { id: '1.0' } });
    await until('a new event', () => ofType('ChannelDtmfReceived').length === 1);
    const { metadata } = detailOf(ofType('ChannelDtmfReceived')[0]);
    expect(metadata.callId).toBe('call-1');
    expect(metadata.channelSequence).toBeGreaterThan(channelSequence);
  });

  test('announces since when events may have been missed, and rebuilds the StasisEnd of calls that ended meanwhile', async () => {
    const first = await start();
    peer.send({ type: 'StasisStart', application: 'a', channel: channel('1.0') });
    await until('the first event', () => ofType('StasisStart').length === 1 && first.status.waiting === 0);
    const heard = Date.now();
    await noted();
    await kill(first);

    await start();
    await until('the end', () => ofType('StasisEnd').length === 1 && ofType('Gap').length === 1);
    expect(detailOf(ofType('StasisEnd')[0])).toMatchObject({
      application: 'a',
      channel: { id: '1.0' },
      metadata: { recovered: true, callId: 'call-1' },
    });
    const gap = detailOf(ofType('Gap')[0]);
    expect(gap).toMatchObject({ node: 'pbx-1', apps: ['a'], cause: 'connector-restarted' });
    expect(Math.abs(Date.parse(gap.from) - heard)).toBeLessThan(5000);
    expect(Date.parse(gap.to)).toBeGreaterThanOrEqual(Date.parse(gap.from));

    // Asterisk's own, read late on a busy machine.
    peer.send({ type: 'StasisEnd', application: 'a', channel: channel('1.0') });
    peer.send({ type: 'ChannelDestroyed', channel: channel('1.0') });
    await until('the event after it', () => ofType('ChannelDestroyed').length === 1);
    expect(ofType('StasisEnd')).toHaveLength(1);
  });

  test('starts even when the text of an event on the disk was damaged', async () => {
    const first = await start();
    await until('quiet', () => first.status.waiting === 0);
    outcome = () => AWAY;
    for (const n of [1, 2]) peer.send({ type: 'Dial', peer: { id: '1.0' }, n });
    await until('the events', () => first.status.waiting === 2);
    await kill(first);
    for (const file of readdirSync(folder.path).filter((name) => name.endsWith('.journal'))) {
      const data = readFileSync(join(folder.path, file));
      const at = data.indexOf('{\\"type\\":\\"Dial\\"');
      if (at >= 0) writeFileSync(join(folder.path, file), data.fill(0, at, at + 5));
    }
    await start({
      bus: busWith(async (given) =>
        given.map((entry) => {
          try {
            entries.push(readEntry(entry));
            return { status: 'accepted' };
          } catch {
            return { status: 'rejected', reason: 'SerializationException: not JSON' };
          }
        }),
      ),
    });
    await until('the undamaged event', () => ofType('Dial').length === 1);
    expect(detailOf(ofType('Dial')[0]).n).toBe(2);
    expect(deadLetters()).toMatchObject([{ reason: 'SerializationException: not JSON' }]);
  });
});
