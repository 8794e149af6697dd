import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { EventSource, FaultStage, numberedOf, say } from './fault-stage.ts';

const RATE = 1000;

let stage: FaultStage;
let source: EventSource;

beforeEach(async () => {
  stage = await FaultStage.open();
  source = await EventSource.open();
});
afterEach(async () => {
  source.close();
  await stage.close();
});

const rssMib = (pid: number): number => {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
};

test('a connector killed twenty times at 1,000 events a second loses no event that it had read', async () => {
  const ROUNDS = 20;
  await stage.set({ latencyMs: 10 });
  let connector = stage.connect(source.url);
  await connector.becomesReady();
  await source.run(RATE, 20);
  let waiting = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await sleep(700 + Math.random() * 300);
    // In every second round there is a backlog that is on disk only.
    if (round % 2 === 1) {
      await stage.set({ down: true });
      await sleep(400);
      waiting += (await connector.ready()).waiting;
    }
    // Asterisk sends the events of new calls to a connector that will not read them.
    connector.freeze();
    await sleep(250);
    await connector.kill();
    await stage.set({ down: false });
    connector = stage.connect(source.url);
    // It announces the gap; one that is killed before leaves it to the next one.
    await connector.isInStep();
  }
  await sleep(1500);
  await source.pause();
  await until('the journal to be empty', async () => (await connector.ready()).waiting === 0);
  const [sent, report] = [await source.report(), await stage.report()];
  const steady = sent.inStasis;
  const lostStarts = steady.filter((id) => !report.starts[id]);
  const doubleStarts = Object.values(report.starts).filter(({ original, recovered }) => original + recovered > 1);
  const unended = Object.keys(report.starts).filter((id) => !steady.includes(id) && !report.ends[id]);
  const doubleEnds = Object.values(report.ends).filter(({ original, recovered }) => original + recovered > 1);
  const recovered = (stays: typeof report.starts): number =>
    Object.values(stays).reduce((sum, stay) => sum + stay.recovered, 0);
  const gaps = report.news.filter(({ type }) => type === 'Gap');
  say('kill -9, 20 times at 1,000 events/s', {
    sent: sent.sent,
    delivered: numberedOf(report),
    'never read (between kill and restart)': sent.sent - numberedOf(report),
    duplicates: report.duplicates,
    'out of order': report.outOfOrder,
    'read and missing': report.holes,
    'on disk at the kills': waiting,
    'starts recovered': recovered(report.starts),
    'ends recovered': recovered(report.ends),
    gaps: gaps.length,
  });
  expect({ holes: report.holes, twins: report.twins, outOfOrder: report.outOfOrder }).toEqual({
    holes: 0,
    twins: 0,
    outOfOrder: 0,
  });
  expect({ lostStarts, doubleStarts, unended, doubleEnds }).toEqual({
    lostStarts: [],
    doubleStarts: [],
    unended: [],
    doubleEnds: [],
  });
  expect(recovered(report.starts)).toBeGreaterThan(0);
  expect(recovered(report.ends)).toBeGreaterThan(0);
  // The first one, on an empty disk, does not know what came before it.
  expect(gaps).toHaveLength(ROUNDS + 1);
  expect(gaps.map(({ detail }) => detail.cause)).toEqual(gaps.map(() => 'connector-restarted'));
  expect(waiting).toBeGreaterThan(0);
}, 180_000);

test('EventBridge cannot be reached for 60 s at 1,000 events a second: every event arrives in order, and live events before the backlog ends', async () => {
  const OUTAGE_MS = 60_000;
  await stage.set({ latencyMs: 5 });
  const connector = stage.connect(source.url, 'disk', { MEMORY_MAX_BYTES: String(8 * 1024 * 1024) });
  await connector.becomesReady();
  await source.run(RATE, 5);
  await sleep(2000);
  const before = rssMib(connector.pid);
  await stage.set({ down: true });
  let most = 0;
  for (const end = Date.now() + OUTAGE_MS; Date.now() < end; await sleep(1000)) {
    most = Math.max(most, rssMib(connector.pid));
  }
  const { waiting, status } = await connector.ready();
  expect(status).toBe(503);
  await stage.set({ down: false });
  const back = Date.now();
  // A call that enters while the backlog is published does not wait for the backlog.
  const known = new Set((await source.report()).entered);
  await until('a new call on the bus', async () => {
    const { starts } = await stage.report();
    return Object.keys(starts).some((id) => !known.has(id));
  });
  const firstLive = Date.now() - back;
  const waitingThen = (await connector.ready()).waiting;
  await until('the backlog to be drained', async () => (await connector.ready()).waiting < 200, 60_000);
  const drained = Date.now() - back;
  await source.pause();
  await until('the journal to be empty', async () => (await connector.ready()).waiting === 0);
  const [sent, report] = [await source.report(), await stage.report()];
  say('EventBridge unreachable for 60 s at 1,000 events/s', {
    sent: sent.sent,
    delivered: numberedOf(report),
    duplicates: report.duplicates,
    'out of order': report.outOfOrder,
    missing: sent.sent - numberedOf(report),
    waiting,
    'RSS MiB before': before,
    'RSS MiB at the most': most,
    'first live call after ms': firstLive,
    'waiting then': waitingThen,
    'drained after ms': drained,
  });
  expect(numberedOf(report)).toBe(sent.sent);
  expect({ holes: report.holes, twins: report.twins, outOfOrder: report.outOfOrder }).toEqual({
    holes: 0,
    twins: 0,
    outOfOrder: 0,
  });
  expect(waiting).toBeGreaterThan(50_000);
  expect(waitingThen, 'events of the backlog when the first live call arrived').toBeGreaterThan(0);
  expect(most - before, 'MiB of memory that the outage took').toBeLessThan(120);
}, 180_000);

test('half of all entries are throttled and answers are lost: every event arrives, and every duplicate has the same id', async () => {
  await stage.set({ latencyMs: 5, throttled: 0.5, lostAnswers: 0.05 });
  const connector = stage.connect(source.url);
  await connector.becomesReady();
  await source.run(500, 5);
  await sleep(10_000);
  await source.pause();
  await until('the journal to be empty', async () => (await connector.ready()).waiting === 0, 120_000);
  const [sent, report] = [await source.report(), await stage.report()];
  say('half of the entries throttled, 5 % of the answers lost', {
    sent: sent.sent,
    delivered: numberedOf(report),
    duplicates: report.duplicates,
    'same event under another id': report.twins,
    'out of order': report.outOfOrder,
    missing: sent.sent - numberedOf(report),
    retried: await connector.figure('events_retried_total'),
  });
  expect(numberedOf(report)).toBe(sent.sent);
  expect({ holes: report.holes, twins: report.twins }).toEqual({ holes: 0, twins: 0 });
  expect(report.duplicates).toBeGreaterThan(0);
}, 180_000);

test('after SIGTERM under load the connector publishes every event that it read and exits with code 0', async () => {
  await stage.set({ latencyMs: 20 });
  const connector = stage.connect(source.url);
  await connector.becomesReady();
  await source.run(RATE, 5);
  await sleep(3000);
  const began = Date.now();
  const code = await connector.stop();
  const took = Date.now() - began;
  await source.pause();
  const [sent, report] = [await source.report(), await stage.report()];
  say('SIGTERM at 1,000 events/s', {
    sent: sent.sent,
    delivered: numberedOf(report),
    duplicates: report.duplicates,
    'out of order': report.outOfOrder,
    missing: sent.sent - numberedOf(report),
    'ended after ms': took,
  });
  expect(code).toBe(0);
  expect(connector.lines.at(-1)?.message).toBe('Drained');
  // The connector also read the events that Asterisk sent after the close frame, until Asterisk answered it.
  expect(numberedOf(report)).toBe(sent.sent);
  expect({ holes: report.holes, twins: report.twins, outOfOrder: report.outOfOrder }).toEqual({
    holes: 0,
    twins: 0,
    outOfOrder: 0,
  });
}, 60_000);
