import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import { Connector, type ConnectorOptions } from '../../../connector/connector.ts';
import { DeadLetters } from '../../../connector/dead-letters.ts';
import type { PutOutcome } from '../../../connector/event-bus.ts';
import { DEFAULT_FILTER, EventFilter } from '../../../connector/event-filter.ts';
import { Metrics } from '../../../connector/metrics.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { createLog } from '../../../lib/log.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';
import { busWith } from '../../support/bus-with.ts';
import { readEntry } from '../../support/records.ts';
import { MemoryTable } from '../../support/state-table.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const USER = { username: 'connector', password: 'c', readOnly: true };
const APP = 'Intro-IVR';
const ACCEPTED: PutOutcome = { status: 'accepted' };
const AWAY: PutOutcome = { status: 'unavailable', reason: 'connect ECONNREFUSED' };

interface Told {
  by: string;
  type: string;
  channel: string;
  recovered: boolean;
  id: string;
  detail: Record<string, unknown>;
}

/** An Asterisk, a bus, and connectors with a disk of their own each, which end with it, and a table that they share. */
async function stage({ onTestFinished }: TestContext) {
  const table = new MemoryTable();
  const asterisk = await SimulatedAsterisk.start({ users: [USER] });
  onTestFinished(() => asterisk.stop());
  const told: Told[] = [];

  const start = async (name: string, more: Partial<ConnectorOptions> = {}) => {
    const folder = temporaryFolder();
    const proxy = await TcpProxy.before(asterisk.url);
    const lines: string[] = [];
    const log = createLog({}, (line) => lines.push(line));
    const metrics = new Metrics();
    const bus = { outcome: ACCEPTED };
    let isCut = false;
    const connector = new Connector({
      nodes: [{ name: 'pbx-1', url: proxy.url, apps: [APP], secretId: 's' }],
      credentialsOf: () => cachedCredentials(async () => USER),
      bus: busWith(async (given) => {
        if (bus.outcome === ACCEPTED) {
          for (const { DetailType, Detail } of given.map(readEntry)) {
            const detail = JSON.parse(Detail);
            const { id, recovered = false } = detail.metadata;
            told.push({ by: name, type: DetailType, channel: detail.channel?.id, recovered, id, detail });
          }
        }
        return given.map(() => bus.outcome);
      }),
      filter: new EventFilter(DEFAULT_FILTER),
      deadLetters: new DeadLetters(folder.path, undefined, log),
      table: {
        read: (of) => (isCut ? new Promise(() => {}) : table.read(of)),
        write: (changes) => (isCut ? new Promise(() => {}) : table.write(changes)),
      },
      metrics,
      log,
      journalFolder: join(folder.path, 'journal'),
      journalMaxBytes: 1e7,
      memoryMaxBytes: 1e6,
      putEventsConcurrency: 2,
      reconnect: { baseMs: 5, capMs: 20 },
      ...more,
    });
    onTestFinished(async () => {
      await connector.stop(200);
      metrics.close();
      proxy.close();
      folder.remove();
    });
    connector.start();
    return {
      connector,
      proxy,
      bus,
      lines,
      isConnected: () =>
        until(`${name} to be connected`, () => connector.status.nodes['pbx-1'] === 'connected', 20_000),
      inStep: (count = 1) =>
        until(
          `${name} to be in step`,
          () => lines.filter((line) => line.includes('In step with Asterisk')).length >= count,
          15_000,
        ),
      standsBy: () =>
        until(
          `${name} to stand by`,
          () => connector.status.nodes['pbx-1']?.includes('another connector holds'),
          10_000,
        ),
      /** The process is gone, as far as a test can: it has no connection to Asterisk, the bus or the table. */
      kill: async () => {
        bus.outcome = AWAY;
        isCut = true;
        proxy.cut();
        await until('the end of its connection', () => connector.status.nodes['pbx-1'] !== 'connected');
        await sleep(100);
      },
      /** The process is stopped: nothing is read or written, and its connections stay open. */
      freeze: () => {
        bus.outcome = AWAY;
        isCut = true;
        proxy.drop();
      },
    };
  };

  return {
    asterisk,
    table,
    start,
    told,
    of: (type: string, by?: string) => told.filter((one) => one.type === type && (by === undefined || one.by === by)),
    dial: async () => {
      const id = await until('the app', () => asterisk.dial('ivr'));
      await until('its StasisStart', () => told.some(({ type, channel }) => type === 'StasisStart' && channel === id));
      return id;
    },
    /** How many stays the table has. */
    inTable: (count: number) => until(`${count} stays in the table`, () => staysIn(table).length === count),
  };
}

function staysIn(table: MemoryTable): string[] {
  return table.of('node#pbx-1').filter((item) => item !== '-' && !item.startsWith('holder#'));
}

/** A holder fails while two calls are in its app and one has just ended; the standby takes over. */
async function takeOver(context: TestContext, how: string, limitMs: number): Promise<void> {
  const { expect } = context;
  const { start, dial, inTable, asterisk, of, told } = await stage(context);
  const standby = await start('standby');
  await standby.inStep();
  const before = await dial();
  const holder = await start('holder');
  await holder.inStep();
  await standby.standsBy();
  const [stays, ends] = [await dial(), await dial()];
  await inTable(3);
  // The heartbeats are known.
  await until('a quiet while', () => holder.connector.status.waiting === 0);
  await sleep(6000);
  told.length = 0;

  const began = performance.now();
  if (how === 'killed') await holder.kill();
  else if (how === 'stopped') holder.freeze();
  else if (how === 'cut off') holder.proxy.drop();
  else {
    holder.bus.outcome = AWAY;
    asterisk.dial('ivr');
  }
  asterisk.hangUp(ends);
  await standby.isConnected();
  expect(performance.now() - began).toBeLessThan(limitMs);
  const entered = await dial();
  await until('the gap', () => of('Gap', 'standby').length > 0 || how === 'unable to publish', 10_000);
  if (how !== 'unable to publish') await until('the end', () => of('StasisEnd', 'standby').length > 0, 10_000);
  for (const id of [before, stays, entered]) asterisk.hangUp(id);
  await until('three ends', () => of('StasisEnd', 'standby').length >= 3);
  const ids = (type: string): string[] => of(type).map(({ id }) => id);
  expect(new Set(ids('StasisEnd')).size).toBe(of('StasisEnd').length);
  expect(of('StasisStart').map(({ channel }) => channel)).not.toContain(before);
  expect(of('StasisStart').map(({ channel }) => channel)).not.toContain(stays);
  if (how !== 'killed') expect(of('TakingOver', 'standby')).toHaveLength(1);
}

describe.concurrent('a connector on an empty disk', () => {
  test('announces the end of a call that ended meanwhile, no call a second time, and a gap', async (context) => {
    const { expect } = context;
    const { start, dial, inTable, asterisk, of, told } = await stage(context);
    const first = await start('first');
    await first.inStep();
    const [stays, ends] = [await dial(), await dial()];
    await inTable(2);
    await first.kill();
    asterisk.hangUp(ends);
    told.length = 0;

    const second = await start('second');
    await second.inStep();
    await until('the end', () => of('StasisEnd').length > 0);
    const entered = await dial();
    await until('everything to be accepted', () => second.connector.status.waiting === 0);
    expect(of('StasisEnd')).toMatchObject([{ channel: ends, recovered: true }]);
    expect(of('StasisStart')).toMatchObject([{ channel: entered, recovered: false }]);
    expect(of('Gap')).toMatchObject([{ detail: { cause: 'connector-restarted' } }]);
    expect(of('Gap')[0]?.detail).not.toHaveProperty('from');
    asterisk.hangUp(stays);
    await until('its end', () => of('StasisEnd').some(({ channel }) => channel === stays));
    await inTable(1);
  }, 30_000);

  test('announces the beginning of a call that no connector has announced, under the id of every other one', async (context) => {
    const { expect } = context;
    const { start, dial, inTable, asterisk, of, told, table } = await stage(context);
    const first = await start('first');
    await first.inStep();
    const known = await dial();
    const unknown = await dial();
    await inTable(2);
    const [, { id } = { id: '' }] = of('StasisStart');
    await first.kill();
    // It was killed before the bus had accepted the second one.
    for (const [key, item] of table.items) if (item.channel === unknown) table.items.delete(key);
    told.length = 0;
    const second = await start('second');
    await until('the rebuilt start', () => of('StasisStart').length > 0, 10_000);
    await until('everything to be accepted', () => second.connector.status.waiting === 0);
    expect(of('StasisStart')).toMatchObject([{ channel: unknown, recovered: true }]);
    expect(of('StasisStart')[0]?.id.replace(/-\d{13}-/, '-')).toBe(id.replace(/-\d{13}-/, '-'));
    asterisk.hangUp(known);
    await until('the end', () => of('StasisEnd').length > 0);
    expect(of('StasisEnd')).toMatchObject([{ channel: known, recovered: false }]);
  }, 30_000);

  test('announces no gap for a node that no connector has served, if no call is in its apps', async (context) => {
    const { expect } = context;
    const { start, of } = await stage(context);
    const first = await start('first');
    await first.inStep();
    await until('the news', () => of('NodeConnected').length === 1 && first.connector.status.waiting === 0);
    expect(of('Gap')).toEqual([]);
    await first.kill();
    const second = await start('second');
    await second.inStep();
    await until('the gap', () => of('Gap', 'second').length === 1);
  }, 30_000);

  test('announces no gap on a new bus without a table either, and one on a bus that is not new', async (context) => {
    const { expect } = context;
    const { start, of } = await stage(context);
    const first = await start('first', { table: undefined, isNewBus: true });
    await first.inStep();
    await until('the news', () => of('NodeConnected').length === 1 && first.connector.status.waiting === 0);
    expect(of('Gap')).toEqual([]);
    await first.connector.stop(1000);
    await (await start('second', { table: undefined })).inStep();
    await until('the gap', () => of('Gap', 'second').length === 1);
  }, 30_000);

  test('forwards events while the table does not answer, and says so once', async (context) => {
    const { expect } = context;
    const { start, dial, of } = await stage(context);
    const stuck = await start('stuck', {
      table: { read: () => new Promise(() => {}), write: () => new Promise(() => {}) },
    });
    await stuck.inStep();
    await dial();
    expect(of('Gap')).toHaveLength(1);
    const failing = new MemoryTable();
    failing.trouble = () => Promise.reject(new Error('ThrottlingException: too many'));
    const second = await start('failing', { table: failing });
    await second.inStep();
    await dial();
    await until('five failures', () => Number(second.connector.gauges.tableFailures) > 5, 10_000);
    expect(second.lines.filter((line) => line.includes('The state table fails'))).toHaveLength(1);
    failing.trouble = undefined;
    await until('the table', () => second.lines.some((line) => line.includes('The state table answers again')), 5000);
  }, 40_000);
});

describe.concurrent('a connector that stands by', () => {
  test.for(['killed', 'stopped', 'cut off'])(
    'takes over within 5 s from one that is %s, and announces each beginning and each end once',
    { timeout: 60_000 },
    (how, context) => takeOver(context, how, 5000),
  );

  test('takes over within 15 s from one that cannot publish, and announces each beginning and each end once', async (context) => {
    await takeOver(context, 'unable to publish', 15_000);
  }, 60_000);

  test('leaves the apps to a holder that works, also when its own connection is back', async (context) => {
    const { expect } = context;
    const { start, dial, of, asterisk } = await stage(context);
    const first = await start('first');
    await first.inStep();
    const second = await start('second');
    await second.inStep();
    await first.standsBy();
    await sleep(3000);
    // The holder is cut off from Asterisk; when it is back, the other one works.
    second.proxy.cut();
    await first.isConnected();
    await sleep(2000);
    second.proxy.restore();
    await second.standsBy();
    await dial();
    expect(of('StasisStart')).toMatchObject([{ by: 'first' }]);
    expect(asterisk.channels).toHaveLength(1);
  }, 40_000);

  test('has one socket and one poll for all apps of a node', async (context) => {
    const { expect } = context;
    const { start } = await stage(context);
    const nodes = (url: string) => [
      { name: 'pbx-1', url, apps: Array.from({ length: 40 }, (_, i) => `app-${i}`), secretId: 's' },
    ];
    const asterisk = await SimulatedAsterisk.start({ users: [USER] });
    context.onTestFinished(() => asterisk.stop());
    const proxy = await TcpProxy.before(asterisk.url);
    context.onTestFinished(() => proxy.close());
    const first = await start('first', { nodes: nodes(proxy.url) });
    await first.inStep();
    const before = proxy.attempts;
    const second = await start('second', { nodes: nodes(asterisk.url) });
    await second.inStep();
    await first.standsBy();
    await until('the last app', () => first.connector.status.nodes['pbx-1']?.split(';').length === 40);
    const attempts = proxy.attempts;
    await sleep(5000);
    // Requests share their connections: two polls and a socket.
    expect(proxy.attempts - attempts).toBeLessThan(5);
    // A socket for apps that were taken within 50 ms: on a busy machine some more than one.
    expect(attempts - before).toBeLessThan(20);
  }, 40_000);
});

describe.concurrent('a connector that takes an app over', () => {
  test('announces a gap where the connector that had the app last is not the one that hands it over', async (context) => {
    const { expect } = context;
    const { start, of, table } = await stage(context);
    const first = await start('first');
    await first.inStep();
    const second = await start('second');
    await second.inStep();
    await first.standsBy();
    expect(of('Gap', 'second')).toEqual([]);
    // Asterisk still lists the second one, from which one that is gone had taken the app.
    const holder = { of: 'node#pbx-1', item: `holder#${APP}` };
    await until('the holder', () => table.items.get(`${holder.of}\n${holder.item}`)?.by !== undefined);
    await table.write([{ put: { ...holder, by: 'gone' } }]);
    const third = await start('third');
    await third.inStep();
    await second.standsBy();
    await until('the gap', () => of('Gap', 'third').length > 0);
    expect(of('Gap', 'third')).toMatchObject([{ detail: { apps: [APP] } }]);
    expect(of('Gap', 'third')[0]?.detail).not.toHaveProperty('from');
  }, 60_000);
});

describe.concurrent('a new connector', () => {
  test('has not served a node that another connector works for, while it does not reach it', async (context) => {
    const { expect } = context;
    const { start } = await stage(context);
    const first = await start('first');
    await first.inStep();
    const wrong = await start('wrong', {
      nodes: [{ name: 'pbx-1', url: 'http://127.0.0.1:1/ari', apps: [APP], secretId: 's' }],
    });
    await until('the fault', () => wrong.connector.neverServed.includes('pbx-1'), 10_000);
    expect([first.connector.neverServed, first.connector.status.ready]).toEqual([[], true]);
    // While nobody reaches it, that is no fault of the new one.
    first.proxy.cut();
    await until('no fault', () => wrong.connector.neverServed.length === 0, 10_000);
  }, 40_000);

  test('has not served a node that another connector works for, while the bus does not accept its events', async (context) => {
    const { expect } = context;
    const { start } = await stage(context);
    const first = await start('first');
    await first.inStep();
    const second = await start('second', {});
    second.bus.outcome = AWAY;
    await until('the fault', () => second.connector.neverServed.includes('pbx-1'), 10_000);
    expect(first.connector.status.nodes['pbx-1']).toBe('connected');
    second.bus.outcome = ACCEPTED;
    await second.inStep();
    await until('no fault', () => second.connector.neverServed.length === 0);
    expect(first.connector.status.nodes['pbx-1']).toContain('another connector holds');
  }, 40_000);
});
