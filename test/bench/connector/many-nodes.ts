/**
 * What many nodes on one connector cost:
 *
 *  - an event of many nodes beside an event of one, at the same rate in sum;
 *  - nodes on which nothing happens;
 *  - a quiet node beside one that sends more than the bus takes.
 */
import { connectorIn, median, type Run, run, staged, usageOf } from './contestants.ts';
import { besideNoisyNode } from './noisy-node.ts';

const ROUNDS = 3;
const IDLE_NODES = 1000;
const IDLE_SECONDS = 20;
const SCENARIOS = [
  { name: 'fullSpeed', count: 150_000, rate: 0, latencyMs: 0 },
  { name: 'at1500', count: 6000, rate: 1500, latencyMs: 0 },
];

/** @param folder with the connector's bundle */
export async function manyNodes(folder: string, secretsUrl: string, nodes: number): Promise<object> {
  const result: Record<string, object> = {};
  for (const { name, ...scenario } of SCENARIOS) {
    const runs = { one: [] as Run[], many: [] as Run[] };
    for (let round = 0; round < ROUNDS; round++) {
      progress(`${name}, round ${round + 1} of ${ROUNDS}`);
      runs.one.push(await run({ ...scenario, nodes: 1 }, connectorIn(folder, secretsUrl, 1)));
      runs.many.push(await run({ ...scenario, nodes }, connectorIn(folder, secretsUrl, nodes)));
    }
    const [one, many] = [runs.one, runs.many].map((list) => median(list.map((each) => each.cpuMicrosPerEvent)));
    const mostRss = Math.max(...runs.many.map(({ rssMib }) => rssMib));
    result[name] = {
      'CPU microseconds per event, 1 node': rounded(one),
      [`CPU microseconds per event, ${nodes} nodes`]: rounded(many),
      ratio: rounded((many ?? Number.NaN) / (one ?? Number.NaN), 2),
      'p99 ms, 1 node': rounded(median(runs.one.map(({ p99Ms }) => p99Ms)), 1),
      [`p99 ms, ${nodes} nodes`]: rounded(median(runs.many.map(({ p99Ms }) => p99Ms)), 1),
      'peak RSS MiB': rounded(mostRss),
    };
  }
  return {
    ...result,
    [`${IDLE_NODES} idle nodes`]: await idle(folder, secretsUrl),
    'a quiet node beside a noisy one': await beside(folder, secretsUrl),
  };
}

function idle(folder: string, secretsUrl: string): Promise<object> {
  progress(`${IDLE_NODES} nodes on which nothing happens`);
  const scenario = { count: 1, rate: 0, latencyMs: 0, nodes: IDLE_NODES };
  return staged(scenario, connectorIn(folder, secretsUrl, IDLE_NODES), async ({ contestant }) => {
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const before = await usageOf(contestant);
    await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
    const after = await usageOf(contestant);
    return {
      'CPU % of a core': rounded((after.cpuMicros - before.cpuMicros) / 1e4 / IDLE_SECONDS, 1),
      'RSS MiB': rounded(after.rssMib),
      'peak RSS MiB': rounded(after.peakRssMib),
      sockets: after.sockets,
    };
  });
}

function beside(folder: string, secretsUrl: string): Promise<object> {
  progress('a quiet node beside a noisy one');
  return besideNoisyNode(folder, secretsUrl);
}

/** It takes minutes: one line for each part, beside what is printed in the end. */
const progress = (part: string): void => void process.stderr.write(`${part} …\n`);
const rounded = (value = Number.NaN, digits = 0): number => Number(value.toFixed(digits));
