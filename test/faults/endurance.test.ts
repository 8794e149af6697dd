import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { EventSource, FaultStage, numberedOf, say } from './fault-stage.ts';

const EVENTS = 1_000_000;
/** Well below the rate of a real Asterisk, and a rate at which the stub can keep its account. */
const RATE = 8000;

let stage: FaultStage;
let source: EventSource;

beforeEach(async () => {
  stage = await FaultStage.open();
  source = await EventSource.open(200);
});
afterEach(async () => {
  source.close();
  await stage.close();
});

test('one million events pass through one process, and its memory does not grow with them', async () => {
  const connector = stage.connect(source.url);
  await connector.becomesReady();
  await source.run(RATE, 50);
  const rss: number[] = [];
  let read = 0;
  await until(
    'a million events',
    async () => {
      const now = await connector.figure('events_read_total');
      if (Math.floor(now / 100_000) > Math.floor(read / 100_000)) rss.push(rssMib(connector.pid));
      read = now;
      return now >= EVENTS;
    },
    400_000,
  );
  await source.pause();
  await until('the journal to be empty', async () => (await connector.ready()).waiting === 0, 60_000);
  const [sent, report] = [await source.report(), await stage.report()];
  say('one million events through one process', {
    read,
    sent: sent.sent,
    delivered: numberedOf(report),
    duplicates: report.duplicates,
    'out of order': report.outOfOrder,
    missing: sent.sent - numberedOf(report),
    'RSS MiB at each 100,000': rss.join(' '),
  });
  expect(numberedOf(report)).toBe(sent.sent);
  expect({ holes: report.holes, twins: report.twins, outOfOrder: report.outOfOrder }).toEqual({
    holes: 0,
    twins: 0,
    outOfOrder: 0,
  });
  // If memory grew with the events, it would gain hundreds of MiB: an event takes more than a kilobyte.
  const [first = 0] = rss;
  expect(rss).toHaveLength(10);
  expect(Math.max(...rss) - first, 'MiB more than after the first 100,000').toBeLessThan(120);
  const second = rss.slice(5);
  expect(Math.max(...second) - Math.min(...second), 'MiB over the second half').toBeLessThan(40);
}, 500_000);

function rssMib(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}
