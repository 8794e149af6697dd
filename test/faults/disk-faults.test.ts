import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { EventSource, FaultStage, numberedOf, say } from './fault-stage.ts';

const RATE = 500;
const MIB = 1024 * 1024;

let stage: FaultStage;
let source: EventSource;
let mounted: string | undefined;

beforeEach(async () => {
  stage = await FaultStage.open();
  source = await EventSource.open();
});
afterEach(async () => {
  source.close();
  if (mounted) run('umount', '-l', mounted);
  mounted = undefined;
  await stage.close();
});

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

/** Mounts a file system of its own as the journal's folder. */
function mount(sizeMib: number): string {
  const folder = stage.diskPath('disk');
  mkdirSync(folder, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${sizeMib}m,mode=0777`, 'tmpfs', folder);
  mounted = folder;
  return folder;
}

test('on a full disk the connector logs one error, is not ready, passes events through memory, and writes to the disk when there is room', async () => {
  const folder = mount(3);
  const connector = stage.connect(source.url, 'disk');
  await connector.becomesReady();
  await source.run(RATE);
  writeFileSync(join(folder, 'other-files'), Buffer.alloc(2 * MIB + 900 * 1024));
  const sentence = /journal cannot be written to .*ENOSPC.*Free space on the disk/;
  await until('the error in the log', () => connector.errors.some((line) => sentence.test(line)));
  const { status, journal } = await connector.ready();
  expect({ status, journal }).toEqual({ status: 503, journal: expect.stringContaining('ENOSPC') });
  await sleep(3000);
  const [sentThen, reportThen] = [await source.report(), await stage.report()];
  expect(sentThen.sent - numberedOf(reportThen), 'in flight').toBeLessThan(RATE);
  writeFileSync(join(folder, 'other-files'), '');
  await connector.becomesReady();
  await source.pause();
  await until('the journal to be empty', async () => (await connector.ready()).waiting === 0);
  const [sent, report] = [await source.report(), await stage.report()];
  say('disk full for 3 s at 500 events/s', {
    sent: sent.sent,
    delivered: numberedOf(report),
    duplicates: report.duplicates,
    'out of order': report.outOfOrder,
    missing: sent.sent - numberedOf(report),
    'lines in the log': connector.errors.length,
  });
  expect(connector.errors.filter((line) => sentence.test(line))).toHaveLength(1);
  expect(numberedOf(report)).toBe(sent.sent);
  expect(report.outOfOrder).toBe(0);
}, 60_000);

test('with a read-only disk and no bus, the connector keeps events in memory up to its bound, and counts and announces those that it drops', async () => {
  const folder = mount(3);
  run('mount', '-o', 'remount,ro', folder);
  const connector = stage.connect(source.url, 'disk', { MEMORY_MAX_BYTES: String(MIB) });
  await until('the error in the log', () => connector.errors.some((line) => /cannot be written .*EROFS/.test(line)));
  await until('the connection', async () => (await connector.ready()).nodes['pbx-1'] === 'connected');
  expect((await connector.ready()).status).toBe(503);
  await source.run(RATE);
  await sleep(1000);
  await stage.set({ down: true });
  await until('the first drop', () => connector.errors.some((line) => line.startsWith('The journal is full')));
  await sleep(1000);
  await stage.set({ down: false });
  await source.pause();
  await until('all to be published', async () => (await connector.ready()).waiting === 0);
  const dropped = await connector.figure('events_dropped_total');
  await until('the announcement of every dropped event', async () => {
    const { news } = await stage.report();
    const counts = news.filter(({ type }) => type === 'EventsDropped').map(({ detail }) => Number(detail.count));
    return counts.reduce((sum, count) => sum + count, 0) === dropped;
  });
  const [sent, report] = [await source.report(), await stage.report()];
  say('read-only disk and no bus, 1 MiB of memory', {
    sent: sent.sent,
    delivered: numberedOf(report),
    'dropped and announced': dropped,
    missing: sent.sent - numberedOf(report) - dropped,
    'out of order': report.outOfOrder,
  });
  expect(dropped).toBeGreaterThan(0);
  expect(numberedOf(report) + dropped).toBe(sent.sent);
  expect(report.outOfOrder).toBe(0);
}, 60_000);

test('a full journal drops and counts its oldest events, and the connection to Asterisk stays open', async () => {
  const connector = stage.connect(source.url, 'disk', {
    MEMORY_MAX_BYTES: String(MIB),
    JOURNAL_MAX_BYTES: String(4 * MIB),
  });
  await connector.becomesReady();
  await source.run(2000);
  await stage.set({ down: true });
  await sleep(8000);
  await stage.set({ down: false });
  await source.pause();
  await until('all to be published', async () => (await connector.ready()).waiting === 0);
  const dropped = await connector.figure('events_dropped_total');
  const [sent, report] = [await source.report(), await stage.report()];
  say('a journal of 4 MiB, 8 s without a bus at 2,000 events/s', {
    sent: sent.sent,
    delivered: numberedOf(report),
    dropped,
    missing: sent.sent - numberedOf(report) - dropped,
    'out of order': report.outOfOrder,
    'connections lost': report.news.filter(({ type }) => type === 'NodeDisconnected').length,
  });
  expect(dropped).toBeGreaterThan(0);
  expect(numberedOf(report) + dropped).toBe(sent.sent);
  expect(report.outOfOrder).toBe(0);
  expect(report.news.filter(({ type }) => type === 'NodeDisconnected')).toEqual([]);
}, 60_000);

test('the connector logs an error at its start when its folder cannot be created', async () => {
  mkdirSync(stage.diskPath('.'), { recursive: true });
  writeFileSync(stage.diskPath('file'), 'not a folder');
  chmodSync(stage.diskPath('file'), 0o444);
  const connector = stage.connect(source.url, 'file/journal');
  await until('the error in the log', () => connector.errors.some((line) => /cannot be written .*ENOTDIR/.test(line)));
  expect((await connector.ready()).status).toBe(503);
  expect(existsSync(stage.diskPath('file/journal'))).toBe(false);
}, 30_000);

test('a second connector on the same folder ends at once and says why; the first one continues, and after its end another can start', async () => {
  const first = stage.connect(source.url, 'disk');
  await first.becomesReady();
  const second = stage.connect(source.url, 'disk');
  expect(await second.exited).toBe(1);
  expect(second.errors).toEqual([expect.stringContaining(`uses the journal's folder ${stage.diskPath('disk')}`)]);
  expect((await first.ready()).status).toBe(200);
  await first.kill();
  await stage.connect(source.url, 'disk').becomesReady();
}, 30_000);
