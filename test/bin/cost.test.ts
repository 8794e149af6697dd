import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { MEASURED_CALL } from '../../lib/cost/measured-call.ts';
import { monthlyCost } from '../../lib/cost/monthly-cost.ts';
import { PRICES } from '../../lib/cost/prices.ts';
import { succeeding } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DOCUMENT = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
/** A folder without cdk.json. */
const nowhere = temporaryFolder();
afterAll(() => nowhere.remove());
const cost = (args: string[], root = nowhere.path): Promise<string> => succeeding(['cost', ...args], root);

const EXAMPLES = [...DOCUMENT.matchAll(/```\n\$ npx --no-install ari-eventbridge cost (.*)\n([\s\S]*?)```/g)];

test.each(EXAMPLES.map(([, args = '', output = '']) => [args, output]))(
  'docs/cost.md is right about %s',
  async (args, output) => {
    expect(await cost(args.split(' '))).toBe(output);
  },
);

test('docs/cost.md is right about each number of calls in its table', async () => {
  const rows = [...DOCUMENT.matchAll(/^\| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$/gm)];
  expect(rows.length).toBeGreaterThanOrEqual(3);
  for (const [, calls = '', filtered, unfiltered, servers] of rows) {
    const args = ['--calls-per-day', calls.replaceAll(',', ''), '--json'];
    const [a, b] = [JSON.parse(await cost(args)), JSON.parse(await cost([...args, '--unfiltered']))];
    expect([a.serverless.usd, b.serverless.usd, a.servers.usd].map((usd) => usd.toFixed(2))).toEqual([
      filtered,
      unfiltered,
      servers,
    ]);
  }
});

test('docs/cost.md is right about the price of bytes', () => {
  const [, average = '', times, counted, least, metadata = ''] =
    /has (\d+) bytes on average[\s\S]*?be (\d+) times[\s\S]*?([\d.]+) dollars a month, and ([\d.]+) without `metadata`, which is about (\d+) /.exec(
      DOCUMENT,
    ) ?? [];
  expect(Number(average)).toBe(MEASURED_CALL.bytesPerEvent);
  expect(Number(times)).toBe(Math.floor((64 * 1024) / MEASURED_CALL.bytesPerEvent));
  const { serverless } = monthlyCost({ callsPerDay: 1000 });
  const byBytes = serverless.items.filter(({ perCall, what }) => perCall && /archive|NAT gateway/.test(what));
  expect(byBytes).toHaveLength(3);
  const usd = byBytes.reduce((sum, item) => sum + item.usd, 0);
  expect(usd.toFixed(2)).toBe(counted);
  expect((usd * (1 - Number(metadata) / Number(average))).toFixed(2)).toBe(least);
});

test('docs/cost.md shows examples, and names every price with its source', () => {
  expect(EXAMPLES.length).toBeGreaterThan(0);
  for (const { usd, unit, source } of Object.values(PRICES)) {
    const row = DOCUMENT.split('\n').find((line) => line.startsWith('| ') && line.includes(` | ${unit} | ${source} |`));
    expect(Number(row?.split(' ')[1]), unit).toBeCloseTo(usd, 12);
  }
});

test('--json prints the result of the calculation', async () => {
  const args = ['--calls-per-day', '1000', '--nodes', '2', '--no-nat', '--no-metrics', '--json'];
  const expected = monthlyCost({ callsPerDay: 1000, nodes: 2, nat: false, metrics: false });
  expect(JSON.parse(await cost(args))).toEqual(JSON.parse(JSON.stringify(expected)));
});

test('--unfiltered counts every event that Asterisk sends', async () => {
  const unfiltered = JSON.parse(await cost(['--calls-per-day', '1000', '--unfiltered', '--json']));
  expect(unfiltered.usage.eventsPerCall).toBeGreaterThan(monthlyCost({ callsPerDay: 1000 }).usage.eventsPerCall);
});

test.each([
  [[], "required option '--calls-per-day <number>' not specified"],
  [['--calls-per-day', 'many'], '--calls-per-day: expected a number of at least 0, got "many"'],
  [['--calls-per-day', ''], '--calls-per-day: expected a number of at least 0, got ""'],
  [['--calls-per-day=-1'], '--calls-per-day: expected a number of at least 0, got "-1"'],
  [['--calls-per-day', '1', '--nodes', 'Infinity'], '--nodes: expected a number of at least 0, got "Infinity"'],
  [
    ['--calls-per-day', '1', '--unfiltered', '--events-per-call', '3'],
    "option '--unfiltered' cannot be used with option '--events-per-call <number>'",
  ],
  [['--calls-per-day', '1', '--node', '1'], "unknown option '--node'\n(Did you mean --nodes?)"],
])('%j is refused', async (args, message) => {
  await expect(cost(args)).rejects.toThrow(message);
});
