/**
 * What an event costs the connector as there is more of everything: Asterisk servers, channels in the app, events since it was
 * started. The smallest and the larger ones take turns, each in a process of its own; each figure is the median over the
 * rounds, and `to the smallest` the ratio that tells whether the cost grows. `--events N`: so many events through one
 * process, 300,000 by default.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleConnector } from '../../lib/cdk/connector-image.ts';
import { LocalAws } from '../support/local-aws.ts';
import {
  connectorIn,
  type Launch,
  measured,
  median,
  type Run,
  type Scenario,
  SECRET,
  type Stage,
  staged,
  usageOf,
} from './connector/contestants.ts';

const ROUNDS = 3;
const NODES = [1, 20, 200];
const CHANNELS = [1, 200, 2000, 20_000];
/** Events before the measurement, for the compiler of JavaScript. */
const WARM_UP = 40_000;
/** Several bursts of each of 200 servers. */
const COUNT = 150_000;
const EVENTS = 300_000;
/** So many are sent at a time: they come faster than they are published, and the journal drops what it has no room for. */
const AT_A_TIME = 100_000;
/** At most so much CPU in half a second: what was sent before is done. */
const QUIET_MICROS = 50_000;

export async function bench({ events = EVENTS }: { events?: number }): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-growth-'));
  const aws = await LocalAws.open({ [SECRET]: { username: 'connector', password: 'p' } });
  const connectorOf = (nodes: number): Launch => connectorIn(folder, aws.url, nodes);
  try {
    bundleConnector(folder);
    const scenario = { count: COUNT, rate: 0, latencyMs: 0 };
    return {
      'by nodes': await table(NODES, (nodes) => warm({ ...scenario, nodes }, connectorOf(nodes))),
      'by channels in the app': await table(CHANNELS, (channels) => warm({ ...scenario, channels }, connectorOf(1))),
      'by events since the start': await throughOneProcess(events, connectorOf(1)),
    };
  } finally {
    await aws.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets all channels enter the app, warms up, and measures. */
function warm(scenario: Scenario, launch: Launch): Promise<Run> {
  return staged(scenario, launch, async (stage) => {
    await sleep(700 + 10 * (scenario.nodes ?? 1));
    stage.source.send('open');
    await quiet(stage);
    for (let sent = 0; sent < WARM_UP; sent += scenario.count) await measured(scenario, stage);
    await quiet(stage);
    return measured(scenario, stage);
  });
}

async function quiet({ contestant }: Stage): Promise<void> {
  for (let before = await usageOf(contestant); ; ) {
    await sleep(500);
    const now = await usageOf(contestant);
    if (now.cpuMicros - before.cpuMicros < QUIET_MICROS) return;
    before = now;
  }
}

async function table(sizes: readonly number[], measure: (size: number) => Promise<Run>): Promise<object> {
  const runs = new Map<number, Run[]>(sizes.map((size) => [size, []]));
  for (let round = 0; round < ROUNDS; round++) for (const size of sizes) runs.get(size)?.push(await measure(size));
  const costs = sizes.map((size) => median((runs.get(size) ?? []).map(({ cpuMicrosPerEvent }) => cpuMicrosPerEvent)));
  const rss = sizes.map((size) => median((runs.get(size) ?? []).map(({ rssMib }) => rssMib)));
  return rows(sizes, costs, rss);
}

/** The events of one process in ten parts: the first is its warm-up, the second the smallest. */
async function throughOneProcess(events: number, launch: Launch): Promise<object> {
  const times = Math.ceil(events / 10 / AT_A_TIME);
  const scenario = { count: Math.ceil(events / 10 / times), rate: 0, latencyMs: 0 };
  return staged(scenario, launch, async (stage) => {
    await sleep(700);
    const parts: Run[][] = [];
    for (let part = 0; part < 10; part++) {
      const runs: Run[] = [];
      for (let time = 0; time < times; time++) runs.push(await measured(scenario, stage));
      parts.push(runs);
    }
    const later = parts.slice(1);
    return rows(
      later.map((_, index) => (index + 2) * times * scenario.count),
      later.map((runs) => runs.reduce((sum, { cpuMicrosPerEvent }) => sum + cpuMicrosPerEvent, 0) / times),
      later.map((runs) => Math.max(...runs.map(({ rssMib }) => rssMib))),
    );
  });
}

function rows(sizes: readonly number[], costs: readonly number[], rss: readonly number[]): object {
  const least = costs[0] ?? Number.NaN;
  return Object.fromEntries(
    sizes.map((size, index) => {
      const cost = costs[index] ?? Number.NaN;
      const figures = {
        'CPU microseconds per event': Number(cost.toFixed(1)),
        'to the smallest': Number((cost / least).toFixed(2)),
        'peak RSS MiB': Math.round(rss[index] ?? Number.NaN),
      };
      // A name in words: keys that are numbers would be sorted.
      return [`of ${size.toLocaleString('en')}`, figures];
    }),
  );
}
