import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { OWN_ASTERISK, RealAsterisk } from '../asterisk/real-asterisk.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';
import { FaultStage, numberedOf, say, USER } from './fault-stage.ts';

const COMMANDER = { username: 'commander', password: 'commander-password' };
const EVERYTHING = JSON.stringify([{ source: ['asterisk.ari'] }]);
/** The connector pings every 5 s, and ends a connection on which nothing has come for two intervals. */
const DETECTED_WITHIN_MS = 10_000;

let asterisk: RealAsterisk;
let ari: AriClient;
let stage: FaultStage;

beforeAll(async () => {
  if (!OWN_ASTERISK)
    throw new Error('These tests restart Asterisk: expected no ASTERISK_URL, so that they start their own');
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([{ ...USER, readOnly: true }, COMMANDER]);
  await asterisk.start();
  ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => COMMANDER) }));
});
beforeEach(async () => {
  stage = await FaultStage.open();
});
afterEach(async () => {
  await stage.close();
  for (const { id } of await ari.channels.list()) await ari.channels.hangup({ channelId: id }).catch(() => {});
});
afterAll(() => asterisk?.stop());

/** Makes a call that enters Stasis(Intro-IVR). @returns the id of the channel that enters */
/** The first connector on a new disk announces that it does not know what was before. */
function gapsAfterTheFirst<T extends { type: string; detail: Record<string, unknown> }>(news: readonly T[]): T[] {
  return news.filter(({ type, detail }) => type === 'Gap' && detail.from !== undefined);
}

async function call(): Promise<string> {
  const before = new Set((await ari.channels.list()).map(({ id }) => id));
  // Nobody answers the call, for longer than the longest test.
  await ari.channels.originate({ endpoint: 'Local/ivr@default', extension: 'wait', context: 'none', timeout: 300 });
  return until('the call in Stasis', async () => {
    const channels = await ari.channels.list();
    return channels.find(({ id, dialplan }) => !before.has(id) && dialplan.app_name === 'Stasis')?.id;
  });
}

/** Sends numbered user events of the channels at a steady rate. @returns a function that stops it and gives their count */
function numberEvents(channels: string[], perSecond: number): () => Promise<number> {
  let sent = 0;
  let going = true;
  const next = new Map(channels.map((id) => [id, 0]));
  const began = performance.now();
  const sending = (async () => {
    for (let turn = 0; going; turn++) {
      const channel = channels[turn % channels.length] as string;
      const n = next.get(channel) as number;
      next.set(channel, n + 1);
      await ari.events.userEvent({
        eventName: 'numbered',
        application: 'Intro-IVR',
        source: `channel:${channel}`,
        variables: { n: String(n) },
      });
      sent += 1;
      const ahead = (sent / perSecond) * 1000 - (performance.now() - began);
      if (ahead > 0) await sleep(ahead);
    }
  })();
  return async () => {
    going = false;
    await sending;
    return sent;
  };
}

test('a burst of 100,000 events at Asterisk’s full speed arrives complete and in order, and the connection stays open', async () => {
  const TURNS = 34_000;
  const connector = stage.connect(asterisk.url, 'disk', { EVENT_FILTER: EVERYTHING });
  await connector.becomesReady();
  const began = Date.now();
  const { id } = await ari.channels.originate({
    endpoint: 'Local/burst@default',
    app: 'Intro-IVR',
    variables: { __TURNS: String(TURNS) },
  });
  let readMs = 0;
  await until(
    'the burst to be read',
    async () => {
      readMs = Date.now() - began;
      return (await connector.figure('events_read_total')) >= 3 * TURNS;
    },
    120_000,
  );
  const waiting = (await connector.ready()).waiting;
  await until('the burst to be published', async () => (await connector.ready()).waiting === 0, 180_000);
  const report = await stage.report();
  say('a burst of a real Asterisk', {
    'events read': await connector.figure('events_read_total'),
    'events/s while read': Math.round((3 * TURNS) / (readMs / 1000)),
    delivered: report.delivered,
    'numbered events': numberedOf(report),
    duplicates: report.duplicates,
    'out of order': report.outOfOrder,
    missing: report.holes,
    'in the journal when all was read': waiting,
    'published after ms': Date.now() - began,
    disconnects: report.news.filter(({ type }) => type === 'NodeDisconnected').length,
  });
  // From 0 to TURNS, each value once.
  expect(numberedOf(report)).toBe(TURNS + 1);
  expect(report.delivered).toBeGreaterThan(100_000);
  expect({ holes: report.holes, twins: report.twins, outOfOrder: report.outOfOrder }).toEqual({
    holes: 0,
    twins: 0,
    outOfOrder: 0,
  });
  expect(report.news.filter(({ type }) => type === 'NodeDisconnected')).toEqual([]);
  await ari.channels.hangup({ channelId: id });
}, 240_000);

test('six hand-overs between two connectors at 400 events a second: every event arrives, none under two ids, and no connector takes the app back', async () => {
  const HANDOVERS = 6;
  let current = stage.connect(asterisk.url, 'disk-0');
  await current.becomesReady();
  const channels = [await call(), await call(), await call(), await call()];
  const stop = numberEvents(channels, 400);
  const during: string[] = [];
  for (let i = 1; i <= HANDOVERS; i++) {
    await sleep(1500);
    const next = stage.connect(asterisk.url, `disk-${i % 2}`);
    await next.becomesReady();
    await until('the old one to stand by', async () => (await current.ready()).nodes['pbx-1']?.includes('standing by'));
    during.push(await call());
    await sleep(1500);
    expect(await current.stop()).toBe(0);
    current = next;
  }
  await sleep(3000);
  const sent = await stop();
  await until('all to be published', async () => (await current.ready()).waiting === 0);
  const report = await stage.report();
  const news = (type: string): number => report.news.filter((item) => item.type === type).length;
  const starts = Object.values(report.starts);
  say('six hand-overs at 400 events/s on a real Asterisk', {
    sent,
    delivered: numberedOf(report),
    duplicates: report.duplicates,
    'same event under another id': report.twins,
    'out of order': report.outOfOrder,
    misnumbered: report.misnumbered,
    missing: sent - numberedOf(report),
    'stood down': news('StandingDown'),
    connections: news('NodeConnected'),
    gaps: news('Gap'),
  });
  expect(numberedOf(report)).toBe(sent);
  expect({ twins: report.twins, misnumbered: report.misnumbered }).toEqual({ twins: 0, misnumbered: 0 });
  expect({ down: news('StandingDown'), up: news('NodeConnected'), gaps: news('Gap') }).toEqual({
    down: HANDOVERS,
    up: HANDOVERS + 1,
    gaps: 1, // of the first start
  });
  expect(starts.filter(({ original, recovered }) => original !== 1 || recovered !== 0)).toEqual([]);
  expect(Object.keys(report.starts).sort()).toEqual([...channels, ...during].sort());
}, 180_000);

test('the old connector takes the app back when the new one is killed after it took over', async () => {
  const old = stage.connect(asterisk.url, 'disk-0');
  await old.becomesReady();
  await call();
  const newer = stage.connect(asterisk.url, 'disk-1');
  await newer.becomesReady();
  await until('the old one to stand by', async () => (await old.ready()).nodes['pbx-1']?.includes('standing by'));
  await newer.kill();
  await until(
    'the old one to take the app back',
    async () => (await old.ready()).nodes['pbx-1'] === 'connected',
    30_000,
  );
  const fresh = await call();
  await until('a new call', async () => (await stage.report()).starts[fresh]?.original === 1);
  const { news } = await stage.report();
  expect(gapsAfterTheFirst(news)).toHaveLength(1);
}, 90_000);

test('a new connector that cannot publish does not take the app over', async () => {
  const old = stage.connect(asterisk.url, 'disk-0');
  await old.becomesReady();
  const newer = stage.connect(asterisk.url, 'disk-1', { AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://127.0.0.1:9' });
  await until('the new one to wait for the bus', async () =>
    (await newer.ready()).nodes['pbx-1']?.startsWith('waiting for the bus'),
  );
  await sleep(1000);
  expect((await old.ready()).nodes['pbx-1']).toBe('connected');
  expect((await stage.report()).news.filter(({ type }) => type === 'StandingDown')).toEqual([]);
}, 60_000);

test('after a TCP connection is cut, the connector is ready again, announces the gap and rebuilds the StasisEnd of a call that ended', async () => {
  const proxy = await TcpProxy.before(asterisk.url);
  const connector = stage.connect(proxy.url);
  await connector.isInStep();
  const [stays, leaves] = [await call(), await call()];
  await until('both calls', async () => Object.keys((await stage.report()).starts).length === 2);
  const cutAt = Date.now();
  proxy.cut();
  await ari.channels.hangup({ channelId: leaves });
  await sleep(1500);
  proxy.restore();
  const backAt = await until('the StasisEnd of the call that ended', async () => {
    const { ends } = await stage.report();
    return ends[leaves] && Date.now();
  });
  const { news, starts, ends } = await stage.report();
  const gaps = gapsAfterTheFirst(news).map(({ detail }) => detail);
  say('TCP cut for 1.5 s', { 'StasisEnd rebuilt after ms': backAt - cutAt, gaps: gaps.length });
  expect(gaps).toHaveLength(1);
  expect(gaps[0]).toMatchObject({ node: 'pbx-1', apps: ['Intro-IVR'], cause: 'network' });
  expect(Date.parse(String(gaps[0]?.from))).toBeLessThanOrEqual(cutAt + 100);
  expect(Date.parse(String(gaps[0]?.to))).toBeGreaterThanOrEqual(cutAt + 1500);
  expect(ends).toEqual({ [leaves]: { original: 0, recovered: 1 } });
  expect(starts).toEqual({ [stays]: { original: 1, recovered: 0 }, [leaves]: { original: 1, recovered: 0 } });
  proxy.close();
}, 90_000);

test('a connection frozen without FIN is detected in time, its gap announced, and StasisStart and StasisEnd are rebuilt', async () => {
  const proxy = await TcpProxy.before(asterisk.url);
  const connector = stage.connect(proxy.url);
  await connector.isInStep();
  const [stays, leaves] = [await call(), await call()];
  await until('both calls', async () => Object.keys((await stage.report()).starts).length === 2);
  const frozenAt = Date.now();
  proxy.freeze();
  // Asterisk does not notice: it sends the events of new calls to a connector that does not get them.
  const entered = await call();
  await ari.channels.hangup({ channelId: leaves });
  await until('the freeze to be detected', () => connector.warnings.some((line) => line.includes('has not answered')));
  const detectedAfter = Date.now() - frozenAt;
  await until('the StasisStart of the new call', async () => (await stage.report()).starts[entered]);
  await until('the StasisEnd of the call that ended', async () => (await stage.report()).ends[leaves]);
  const { news, starts, ends } = await stage.report();
  const gaps = gapsAfterTheFirst(news).map(({ detail }) => detail);
  say('connection frozen without FIN', { 'detected after ms': detectedAfter, gaps: gaps.length });
  expect(detectedAfter).toBeLessThan(DETECTED_WITHIN_MS + 2000);
  expect(gaps).toHaveLength(1);
  expect(gaps[0]).toMatchObject({ cause: 'network' });
  expect(Date.parse(String(gaps[0]?.from))).toBeLessThanOrEqual(frozenAt + 100);
  expect(starts).toEqual({
    [stays]: { original: 1, recovered: 0 },
    [leaves]: { original: 1, recovered: 0 },
    [entered]: { original: 0, recovered: 1 },
  });
  expect(ends).toEqual({ [leaves]: { original: 0, recovered: 1 } });
  proxy.close();
}, 90_000);

test('after Asterisk restarts, the connector is ready again, announces the restart as the cause and rebuilds the StasisEnd of every call', async () => {
  const connector = stage.connect(asterisk.url);
  await connector.isInStep();
  const calls = [await call(), await call()];
  await until('both calls', async () => Object.keys((await stage.report()).starts).length === 2);
  await asterisk.stop();
  await until('the connector to notice', async () => (await connector.ready()).status === 503);
  await asterisk.start();
  await connector.becomesReady();
  await until('both ends', async () => Object.keys((await stage.report()).ends).length === 2);
  const fresh = await call();
  await until('a new call', async () => (await stage.report()).starts[fresh]);
  // The gap is announced after two looks at Asterisk's channels: the new call may be first.
  await until('the gap', async () => gapsAfterTheFirst((await stage.report()).news).length > 0);
  const { news, ends } = await stage.report();
  const gaps = gapsAfterTheFirst(news).map(({ detail }) => detail.cause);
  say('Asterisk restarted', { gaps: gaps.join() });
  expect(gaps).toEqual(['asterisk-restarted']);
  expect(Object.keys(ends).sort()).toEqual(calls.sort());
}, 120_000);
