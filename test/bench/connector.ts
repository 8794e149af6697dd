/**
 * What the connector costs, beside the least that could do its work and the plain way to do it, in one run:
 *
 *  - `ceiling`: a loop of `ws` receive and bare POST of as many bytes; no journal, no numbers, no signature;
 *  - `sdk`: `ws`, JSON and the AWS SDK's client; no journal, no order, no retries of its own;
 *  - `connector`: the connector's bundle as it is deployed, with its journal on disk;
 *  - `before`: with `--before FOLDER`, the same of another checkout, which has its dependencies installed.
 *
 * Source, stub and each contestant are processes of their own. They take turns, so that whatever else the machine does
 * hits all of them alike; each figure is the median over the rounds. With `--nodes N`: what many nodes cost instead.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleConnector } from '../../lib/cdk/connector-image.ts';
import { type HEAP_GROWTH, type nodeOptions, SMALLEST_MEMORY_MIB } from '../../lib/cdk/connector-memory.ts';
import { LocalAws } from '../support/local-aws.ts';
import { connectorIn, type Launch, median, type Run, run, SECRET, start } from './connector/contestants.ts';
import { manyNodes } from './connector/many-nodes.ts';

const ROUNDS = 3;
const FULL_SPEED_EVENTS = 150_000;
const SCENARIOS = [
  { name: 'fullSpeed', count: FULL_SPEED_EVENTS, rate: 0, latencyMs: 0 },
  { name: 'fullSpeedStub20ms', count: 20_000, rate: 0, latencyMs: 20 },
  { name: 'at100', count: 400, rate: 100, latencyMs: 0 },
  { name: 'at1500', count: 6000, rate: 1500, latencyMs: 0 },
  { name: 'at100Stub20ms', count: 400, rate: 100, latencyMs: 20 },
  { name: 'at1500Stub20ms', count: 6000, rate: 1500, latencyMs: 20 },
];

const KEYS = ['eventsPerSecond', 'p50Ms', 'p99Ms', 'cpuMicrosPerEvent', 'rssMib'] as const;

export async function bench({ nodes, before }: { nodes?: number; before?: string }): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-connector-'));
  const aws = await LocalAws.open({ [SECRET]: { username: 'connector', password: 'p' } });
  try {
    bundleConnector(folder);
    if (nodes !== undefined) return await manyNodes(folder, aws.url, nodes);
    const contestants: Record<string, Launch> = {
      ceiling: (environment) => start(join(import.meta.dirname, 'connector/ceiling.ts'), environment),
      sdk: (environment) => start(join(import.meta.dirname, 'connector/sdk-way.ts'), environment),
      connector: connectorIn(folder, aws.url),
      ...(before !== undefined && { before: await connectorOf(before, join(folder, 'before'), aws.url) }),
    };
    const result: Record<string, object> = {};
    for (const scenario of SCENARIOS) {
      const runs = new Map(Object.keys(contestants).map((name) => [name, [] as Run[]]));
      for (let round = 0; round < ROUNDS; round++) {
        for (const [name, launch] of Object.entries(contestants)) runs.get(name)?.push(await run(scenario, launch));
      }
      result[scenario.name] = summary(runs);
    }
    return result;
  } finally {
    await aws.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Memory {
  HEAP_GROWTH: typeof HEAP_GROWTH;
  nodeOptions: typeof nodeOptions;
}

/** The connector of another checkout, bundled by its own code, and with Node's options of its own task. */
async function connectorOf(checkout: string, folder: string, secretsUrl: string): Promise<Launch> {
  const image = (await import(join(checkout, 'lib/cdk/connector-image.ts'))) as {
    bundleConnector: typeof bundleConnector;
  };
  mkdirSync(folder);
  image.bundleConnector(folder);
  const path = join(checkout, 'lib/cdk/connector-memory.ts');
  const memory: Partial<Memory> = existsSync(path) ? await import(path) : {};
  const command = memory.HEAP_GROWTH === undefined ? [] : [memory.HEAP_GROWTH];
  return connectorIn(folder, secretsUrl, 1, memory.nodeOptions?.(SMALLEST_MEMORY_MIB) ?? '', command);
}

function summary(runs: ReadonlyMap<string, readonly Run[]>): object {
  const medians = new Map(
    [...runs].map(([name, list]) => [
      name,
      Object.fromEntries(KEYS.map((key) => [key, median(list.map((one) => one[key]))])) as unknown as Run,
    ]),
  );
  const ceiling = medians.get('ceiling') as Run;
  const connector = medians.get('connector') as Run;
  const before = medians.get('before');
  const rounded = [...medians].map(([name, run]) => [
    name,
    Object.fromEntries(KEYS.map((key) => [key, Number(run[key].toFixed(key.endsWith('Ms') ? 2 : 0))])),
  ]);
  return {
    ...Object.fromEntries(rounded),
    connectorToCeiling: {
      throughput: Number((connector.eventsPerSecond / ceiling.eventsPerSecond).toFixed(2)),
      cpu: Number((connector.cpuMicrosPerEvent / ceiling.cpuMicrosPerEvent).toFixed(2)),
      addedP50Ms: Number((connector.p50Ms - ceiling.p50Ms).toFixed(2)),
      addedP99Ms: Number((connector.p99Ms - ceiling.p99Ms).toFixed(2)),
    },
    ...(before && {
      connectorToBefore: {
        throughput: Number((connector.eventsPerSecond / before.eventsPerSecond).toFixed(2)),
        cpu: Number((connector.cpuMicrosPerEvent / before.cpuMicrosPerEvent).toFixed(2)),
        rss: Number((connector.rssMib / before.rssMib).toFixed(2)),
      },
    }),
  };
}
