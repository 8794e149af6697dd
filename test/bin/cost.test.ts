import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cost } from '../../bin/cost.ts';
import { monthlyCost } from '../../lib/cost/monthly-cost.ts';
import { PRICES } from '../../lib/cost/prices.ts';
import { runCli } from '../support/cli.ts';

const DOCUMENT = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
const EXAMPLES = [...DOCUMENT.matchAll(/```\n\$ npx ari-eventbridge cost (.*)\n([\s\S]*?)```/g)];

test.each(EXAMPLES.map(([, args = '', output = '']) => [args, output]))(
  'docs/cost.md is right about %s',
  (args, output) => {
    expect(cost(args.split(' '))).toBe(output);
  },
);

test('docs/cost.md is right about each number of calls in its table', () => {
  const rows = [...DOCUMENT.matchAll(/^\| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$/gm)];
  expect(rows.length).toBeGreaterThanOrEqual(3);
  for (const [, calls = '', filtered, unfiltered, servers] of rows) {
    const args = ['--calls-per-day', calls.replaceAll(',', ''), '--json'];
    const [a, b] = [args, [...args, '--unfiltered']].map((each) => JSON.parse(cost(each)));
    expect([a.serverless.usd, b.serverless.usd, a.servers.usd].map((usd) => usd.toFixed(2))).toEqual([
      filtered,
      unfiltered,
      servers,
    ]);
  }
});

test('docs/cost.md shows examples, and names every price with its source', () => {
  expect(EXAMPLES.length).toBeGreaterThan(0);
  for (const { usd, unit, source } of Object.values(PRICES)) {
    const row = DOCUMENT.split('\n').find((line) => line.startsWith('| ') && line.includes(` | ${unit} | ${source} |`));
    expect(Number(row?.split(' ')[1]), unit).toBeCloseTo(usd, 12);
  }
});

test('--json gives what the calculation gives', () => {
  const args = ['--calls-per-day', '1000', '--nodes', '2', '--nat', '--no-metrics', '--json'];
  const expected = monthlyCost({ callsPerDay: 1000, nodes: 2, nat: true, metrics: false });
  expect(JSON.parse(cost(args))).toEqual(JSON.parse(JSON.stringify(expected)));
});

test('--unfiltered takes every event that Asterisk sends', () => {
  const unfiltered = JSON.parse(cost(['--calls-per-day', '1000', '--unfiltered', '--json']));
  expect(unfiltered.usage.eventsPerCall).toBeGreaterThan(monthlyCost({ callsPerDay: 1000 }).usage.eventsPerCall);
});

test.each([
  [[], 'cost: expected --calls-per-day N; --help tells the rest'],
  [['--calls-per-day', 'many'], '--calls-per-day: expected a number of at least 0, got "many"'],
  [['--calls-per-day', ''], '--calls-per-day: expected a number of at least 0, got ""'],
  [['--calls-per-day=-1'], '--calls-per-day: expected a number of at least 0, got "-1"'],
  [['--calls-per-day', '1', '--nodes', 'Infinity'], '--nodes: expected a number of at least 0, got "Infinity"'],
  [['--calls-per-day', '1', '--unfiltered', '--events-per-call', '3'], 'either --unfiltered or --events-per-call'],
  [['--calls-per-year', '1'], "Unknown option '--calls-per-year'"],
])('%j is refused', (args, message) => {
  expect(() => cost(args)).toThrow(message);
});

test('the command line prints it, and says what is wrong on one line', async () => {
  const good = runCli(['cost', '--calls-per-day', '1000']);
  expect(await good.exited).toBe(0);
  await good.says(cost(['--calls-per-day', '1000']));
  const bad = runCli(['cost']);
  expect(await bad.exited).toBe(1);
  await bad.says('ari-eventbridge: cost: expected --calls-per-day N; --help tells the rest\n');
});
