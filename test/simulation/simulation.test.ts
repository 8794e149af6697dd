import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faultKinds } from './faults.ts';
import { KNOWN_GAPS } from './ledger.ts';
import { loadProgram } from './program.ts';
import { run } from './run.ts';
import { describeRun, runSeeds } from './run-seeds.ts';
import { tableFaultKinds } from './table-faults.ts';

const SEED = process.env.SEED === undefined ? undefined : Number(process.env.SEED);
/** About five minutes on two processors. */
const DEFAULT_RUNS = 2000;
const RUNS = Number(process.env.RUNS ?? (SEED === undefined ? DEFAULT_RUNS : 1));
const FIRST = SEED ?? 1;

/** Ways of the connector that the runs together have to go. */
const PATHS = [
  'Gap (network)',
  'Gap (asterisk-restarted)',
  'Gap (connector-restarted)',
  'Gap (connector-silent)',
  'Gap (app-taken)',
  'AppTaken',
  'ConnectorStarted',
  'EventRejected',
  'EventsDropped',
  'NodeDisconnected',
  'StandingDown',
  'TakingOver',
  'deployment that reaches no Asterisk ended',
  'drained',
  'hand-off through the queue',
  'journal full',
  'journal in memory only',
  'journal of an earlier process published',
  'journal on disk again',
  'killed',
  'poison entry fails its request',
  'rebuilt StasisEnd',
  'rebuilt StasisStart',
  'replaced as unhealthy',
  'second process on a folder refused',
  'stopped with a backlog',
  'taken back from a connector that is gone',
  'taken back from a foreign program',
  'taken over from a connector',
];

test(`${RUNS} seeds: each event is delivered in order under one id, or its loss is declared, and no app stays without a listener`, async () => {
  const began = performance.now();
  const { runs, cpuSeconds, counts, leastFaults, leastEvents, failing, alsoFailing } = await runSeeds({
    first: FIRST,
    count: RUNS,
  });
  const seconds = Math.round((performance.now() - began) / 1000);
  const lines = Object.entries(counts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, times]) => `  ${String(times).padStart(9)} ${name}`);
  console.log(
    `${runs} runs in ${seconds} s (${Math.round(cpuSeconds)} s of processor time), each with at least ${leastFaults} faults and ${leastEvents} events\n${lines.join('\n')}`,
  );
  const also = alsoFailing.length === 0 ? [] : [`also failing: ${alsoFailing.toSorted((a, b) => a - b).join(', ')}`];
  expect([...failing.map(describeRun), ...also]).toEqual([]);
  if (SEED !== undefined || RUNS < DEFAULT_RUNS) return;
  expect(leastFaults).toBeGreaterThanOrEqual(20);
  expect(leastEvents).toBeGreaterThanOrEqual(500);
  const missing = [
    ...[...faultKinds, ...tableFaultKinds].map((kind) => `fault: ${kind}`),
    ...PATHS.map((path) => `path: ${path}`),
  ].filter((name) => !counts[name]);
  expect(missing).toEqual([]);
}, 7_200_000);

test.each(KNOWN_GAPS)('docs/connector.md explains the known gap: %s', (gap) => {
  expect(readFileSync(new URL('../../docs/connector.md', import.meta.url), 'utf8')).toContain(`\n| ${gap} |`);
});

test('a seed repeats exactly: the same entries at the same times', async () => {
  const program = await loadProgram();
  const [first, second] = [
    await run({ program, seed: FIRST, traced: true }),
    await run({ program, seed: FIRST, traced: true }),
  ];
  expect(second.trace).toBe(first.trace);
  expect((await run({ program, seed: FIRST + 1, traced: true })).trace).not.toBe(first.trace);
});
