import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { cost as costIn } from '../../bin/cost.ts';
import { monthlyCost } from '../../lib/cost/monthly-cost.ts';
import { PRICES } from '../../lib/cost/prices.ts';
import { runCli } from '../support/cli.ts';
import { copyProject } from '../support/project-copy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DOCUMENT = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
/** A folder without cdk.json. */
const nowhere = temporaryFolder();
afterAll(() => nowhere.remove());
const cost = (args: string[], root = nowhere.path): Promise<string> => costIn(args, root);

const EXAMPLES = [...DOCUMENT.matchAll(/```\n\$ npx ari-eventbridge cost (.*)\n([\s\S]*?)```/g)];

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

test('docs/cost.md shows examples, and names every price with its source', () => {
  expect(EXAMPLES.length).toBeGreaterThan(0);
  for (const { usd, unit, source } of Object.values(PRICES)) {
    const row = DOCUMENT.split('\n').find((line) => line.startsWith('| ') && line.includes(` | ${unit} | ${source} |`));
    expect(Number(row?.split(' ')[1]), unit).toBeCloseTo(usd, 12);
  }
});

test('--json gives what the calculation gives', async () => {
  const args = ['--calls-per-day', '1000', '--nodes', '2', '--nat', '--no-metrics', '--json'];
  const expected = monthlyCost({ callsPerDay: 1000, nodes: 2, nat: true, metrics: false });
  expect(JSON.parse(await cost(args))).toEqual(JSON.parse(JSON.stringify(expected)));
});

test('--unfiltered takes every event that Asterisk sends', async () => {
  const unfiltered = JSON.parse(await cost(['--calls-per-day', '1000', '--unfiltered', '--json']));
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
])('%j is refused', async (args, message) => {
  await expect(cost(args)).rejects.toThrow(message);
});

describe('in the folder of an app', () => {
  test('its templates say what there is, a handler that was added counts, and options take precedence', async () => {
    const project = copyProject();
    onTestFinished(project.remove);
    const node = (name: string, apps: string[]) => ({ name, url: `https://${name}.example.com/ari`, apps });
    const nodes = [node('pbx-1', ['A', 'B']), node('pbx-2', ['A'])];
    const deployedWith = async (context: object, ...args: string[]) => {
      writeFileSync(join(project.root, 'cdk.json'), JSON.stringify({ app: 'node bin/app.ts', context }));
      const { usage, deployed, serverless } = JSON.parse(
        await cost(['--calls-per-day', '1', '--json', ...args], project.root),
      );
      const items = new Map(
        (serverless.items as { what: string; quantity: number }[]).map(({ what, quantity }) => [what, quantity]),
      );
      return { usage, deployed, items };
    };

    const before = await deployedWith({ nodes, archiveDays: 30, asteriskNetwork: 'private' });
    expect(before.usage).toMatchObject({ nodes: 2, appsPerNode: 1.5, archiveDays: 30, nat: true });
    expect(before.deployed).toMatchObject({ alarmsPerNode: 1, alarmsPerApp: 1, connector: { vcpu: 0.25, gb: 0.5 } });
    expect(before.items.get('Alarms')).toBe(before.deployed.alarms + 2 + 3);
    expect(before.items.get('Secrets')).toBe(4);

    project.edit(
      'bin/app.ts',
      "new CallHandler(calls, 'Voicemail', {",
      `new CallHandler(calls, 'Added', {
         ...handlers,
         entry: 'functions/voicemail/index.ts',
         pattern: ariPattern({ application: 'Added' }),
       });
       new CallHandler(calls, 'Voicemail', {`,
    );
    const after = await deployedWith({ nodes, archiveDays: 0 }, '--nodes', '5');
    expect(after.deployed.alarms).toBe(before.deployed.alarms + 3);
    expect(after.usage).toMatchObject({ nodes: 5, appsPerNode: 1.5, archiveDays: 0, nat: false });
    expect(after.items.get('Alarms')).toBe(after.deployed.alarms + 5 * 2.5);
    expect([...after.items.keys()].filter((what) => what.includes('archive'))).toEqual([]);
  }, 120_000);

  test('an app that fails is an error with what it wrote', async () => {
    const { path, remove } = temporaryFolder();
    onTestFinished(remove);
    writeFileSync(join(path, 'cdk.json'), JSON.stringify({ app: 'echo no such stack; exit 1' }));
    await expect(cost(['--calls-per-day', '1'], path)).rejects.toThrow(/failed with exit code 1:\nno such stack/);
  });
});

test('the command line counts in the app of its folder, and says what is wrong on one line', async () => {
  const good = runCli(['cost', '--calls-per-day', '1000']);
  expect(await good.exited).toBe(0);
  await good.says('Counted in the templates of the app of cdk.json.');
  const bad = runCli(['cost']);
  expect(await bad.exited).toBe(1);
  await bad.says('ari-eventbridge: cost: expected --calls-per-day N; --help tells the rest\n');
});
