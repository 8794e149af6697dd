import { expect, test } from 'vitest';
import { Metrics } from '../../../connector/metrics.ts';
import { DEPLOYED } from '../../../lib/cost/deployed.ts';
import { monthlyCost } from '../../../lib/cost/monthly-cost.ts';
import { PRICES } from '../../../lib/cost/prices.ts';

/** Of the bill of a system, one line. */
function item(what: string, { serverless }: ReturnType<typeof monthlyCost>) {
  return serverless.items.find((line) => line.what === what);
}

test('bills a million events a month with a dollar, and fixed items independently of calls', () => {
  const callsPerDay = 1e6 / 10 / (365 / 12);
  const busy = monthlyCost({ callsPerDay, eventsPerCall: 10 });
  const idle = monthlyCost({ callsPerDay: 0 });
  expect(item('Events on the bus', busy)?.usd).toBeCloseTo(1);
  const standing = busy.serverless.items.filter(({ perCall }) => !perCall);
  expect(standing.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(idle.serverless.usd);
  expect(idle.serverless.usd).toBeGreaterThan(0);
});

test('bills functions by their time and memory', () => {
  const usage = { callsPerDay: 12_000, invocationsPerCall: 1, handlerMs: 1000 / 365, memoryMb: 1024 };
  expect(item('Time of functions', monthlyCost(usage))?.quantity).toBeCloseTo(1000);
  expect(item('Invocations of functions', monthlyCost(usage))?.quantity).toBeCloseTo(365_000);
});

test('bills a trace of each invocation', () => {
  const usage = { callsPerDay: 1e6 / (365 / 12), invocationsPerCall: 1 };
  expect(item('Traces of functions', monthlyCost(usage))?.usd).toBeCloseTo(5);
});

test('finds the number of calls from which two servers are cheaper', () => {
  const { breakEvenCallsPerDay } = monthlyCost({ callsPerDay: 0, nat: false });
  expect(breakEvenCallsPerDay).toBeGreaterThan(0);
  const below = monthlyCost({ callsPerDay: breakEvenCallsPerDay, nat: false });
  const above = monthlyCost({ callsPerDay: breakEvenCallsPerDay + 1, nat: false });
  expect(below.serverless.usd).toBeLessThanOrEqual(below.servers.usd);
  expect(above.serverless.usd).toBeGreaterThan(above.servers.usd);
});

test('two servers that are cheaper without any call are cheaper from zero calls on', () => {
  expect(monthlyCost({ callsPerDay: 100, nat: true }).breakEvenCallsPerDay).toBe(0);
});

test('absent resources cost nothing', () => {
  const bare = monthlyCost({ callsPerDay: 100, archiveDays: 0, metrics: false, tracing: false, nat: false }).serverless
    .items;
  expect(bare.filter(({ what }) => /archive|metrics|NAT|trace/i.test(what))).toEqual([]);
});

test('a connector that runs elsewhere costs nothing here', () => {
  const elsewhere = { ...DEPLOYED, connector: undefined, containerInsights: false };
  const { items } = monthlyCost({ callsPerDay: 100 }, elsewhere).serverless;
  expect(items.filter(({ what }) => /Connector|Container/.test(what))).toEqual([]);
});

test('bills a standby with its memory, its heartbeats and its address', () => {
  const of = (tasks: number) =>
    monthlyCost({ callsPerDay: 0, nat: false }, { ...DEPLOYED, connector: { vcpu: 0.25, gb: 0.5, tasks } });
  const [one, two] = [of(1), of(2)];
  for (const what of ['Connector: CPU', 'Connector: memory', 'Connector: heartbeats', 'Public address']) {
    expect(item(what, two)?.quantity).toBeCloseTo(2 * (item(what, one)?.quantity ?? 0));
  }
});

test('bills four write units of the table for each call, as an item is put and removed for each of its two stays', () => {
  const calls = monthlyCost({ callsPerDay: 1e6 / (365 / 12) });
  expect(item('Calls in the table of connectors', calls)?.quantity).toBeCloseTo(4e6);
});

test('bills the alarms of each node and of each of its apps beside the others', () => {
  const deployed = { ...DEPLOYED, alarms: 10, alarmsPerNode: 2, alarmsPerApp: 3 };
  const cost = monthlyCost({ callsPerDay: 0, nodes: 4, appsPerNode: 5 }, deployed);
  expect(item('Alarms', cost)?.quantity).toBe(10 + 4 * 2 + 4 * 5 * 3);
});

test('counts as many metrics as the connector writes', () => {
  const metrics = new Metrics();
  metrics.published('pbx-1', 'Intro-IVR', 12);
  metrics.count('gaps', 'pbx-1', '');
  const connected = [{ node: 'pbx-1', app: 'Intro-IVR', value: true }];
  const certificates = [{ node: 'pbx-1', days: 90 }];
  const lines = metrics.embedded({
    connected,
    certificates,
    tableFailures: 0,
    journalDepth: 0,
    journalBytes: 0,
    journalAgeSeconds: 0,
  });
  metrics.close();
  const figures = lines.flatMap((line) => JSON.parse(line)._aws.CloudWatchMetrics[0].Metrics);
  const cost = monthlyCost({ callsPerDay: 0, nodes: 1, appsPerNode: 1 });
  expect(item('Metrics', cost)?.quantity).toBe(figures.length);
  const bytes = 2 * lines.reduce((sum, line) => sum + line.length, 0) * 60 * 730;
  const billed = (item('Log of the metrics', cost)?.quantity ?? 0) * 1e9;
  expect(billed / bytes).toBeGreaterThan(0.7);
  expect(billed / bytes).toBeLessThan(1.5);
});

test('every price has a unit and a page of AWS that gives it', () => {
  for (const { usd, unit, source } of Object.values(PRICES)) {
    expect(usd).toBeGreaterThan(0);
    expect(unit).not.toBe('');
    expect(source).toMatch(/^(Amazon|AWS) .+ pricing$/);
  }
});

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('%s calls a day are refused', (callsPerDay) => {
  expect(() => monthlyCost({ callsPerDay })).toThrow(
    `callsPerDay: expected a number of at least 0, got ${callsPerDay}`,
  );
});
