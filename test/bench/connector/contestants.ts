/** Source, stub and contestants of the connector's benches: processes of their own. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CONNECTOR_BUNDLE } from '../../../lib/cdk/connector-image.ts';
import { HEAP_GROWTH, nodeOptions, SMALLEST_MEMORY_MIB } from '../../../lib/cdk/connector-memory.ts';
import { endOf, Interruption } from './interruption.ts';
import type { Usage } from './usage.ts';

/** Longer than any measurement takes beside other work on the machine. */
const LIMIT_MS = 600_000;
/** A short name: an environment variable takes 128 KiB, with 1,000 nodes. */
export const SECRET = 'connector';

/** A contestant rests that has used less than this share of a processor for so long, in milliseconds. */
const IDLE_SHARE = 0.03;
const REST_MS = 2000;
const MOST_LOOKS = 30;

/** So often a measurement begins that a lost connection interrupts. */
const ATTEMPTS = 3;

export type Launch = (environment: Record<string, string>) => ChildProcess;

export interface Scenario {
  /** Events, and how many a second; 0 for full speed. */
  count: number;
  rate: number;
  /** How long the bus takes to answer, in milliseconds. */
  latencyMs: number;
  nodes?: number;
  /** Of all nodes together. @default 200 */
  channels?: number;
}

/** The processes of a measurement. */
export interface Stage {
  contestant: ChildProcess;
  source: ChildProcess;
  stub: ChildProcess;
}

/** What a contestant showed. */
export interface Run {
  eventsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuMicrosPerEvent: number;
  rssMib: number;
}

/**
 * The connector's bundle in a folder, with a journal of its own and so many nodes at the source.
 *
 * @param options of Node in the environment. @default those in the smallest task
 * @param command of Node. @default that of the image
 */
export function connectorIn(
  folder: string,
  secretsUrl: string,
  nodes = 1,
  options = nodeOptions(SMALLEST_MEMORY_MIB),
  command: readonly string[] = [HEAP_GROWTH],
): Launch {
  return (environment) => {
    const variables = {
      ...environment,
      ARI_NODES: JSON.stringify(
        Array.from({ length: nodes }, (_, i) => ({
          name: `pbx-${i + 1}`,
          url: `${environment.SOURCE_URL}/ari`,
          apps: ['Intro-IVR'],
          secretId: SECRET,
        })),
      ),
      EVENT_BUS_NAME: 'calls',
      JOURNAL_FOLDER: mkdtempSync(join(folder, 'journal-')),
      HEALTH_PORT: '0',
      METRICS_INTERVAL_SECONDS: '0',
      NODE_OPTIONS: options,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl,
    };
    return start(join(folder, CONNECTOR_BUNDLE), variables, command);
  };
}

export function start(
  file: string,
  environment: Record<string, string>,
  options: readonly string[] = [],
): ChildProcess {
  const { PATH = '' } = process.env;
  const usage = pathToFileURL(join(import.meta.dirname, 'usage.ts')).href;
  return spawn(process.execPath, [...options, '--import', usage, file], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'ignore', 2, 'ipc'],
  });
}

/**
 * Starts source, stub and contestant, and calls `measure` when the contestant is connected; again, with new ones, where a
 * connection was lost, as on a machine that is so busy that a ping has no answer for 10 s.
 */
export async function staged<T>(scenario: Scenario, launch: Launch, measure: (stage: Stage) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await stagedOnce(scenario, launch, measure);
    } catch (error) {
      if (!(error instanceof Interruption) || attempt === ATTEMPTS) throw error;
      process.stderr.write(
        `A connection was lost, as the machine is busy. Measuring again, ${attempt} of ${ATTEMPTS - 1}.\n`,
      );
    }
  }
}

async function stagedOnce<T>(
  { count, rate, latencyMs, nodes = 1, channels = 200 }: Scenario,
  launch: Launch,
  measure: (stage: Stage) => Promise<T>,
): Promise<T> {
  const source = fork(join(import.meta.dirname, 'source.ts'), [count, rate, nodes, channels].map(String));
  const stub = fork(join(import.meta.dirname, 'stub.ts'), [String(count), String(latencyMs)]);
  let contestant: ChildProcess | undefined;
  try {
    const [{ port: sourcePort }, { port: stubPort }] = (await Promise.all([message(source), message(stub)])) as {
      port: number;
    }[] as [{ port: number }, { port: number }];
    const connected = message(source);
    const started = launch({
      SOURCE_URL: `http://127.0.0.1:${sourcePort}`,
      STUB_URL: `http://127.0.0.1:${stubPort}`,
      AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${stubPort}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    contestant = started;
    const stage = { contestant: started, source, stub };
    const ends = Object.entries(stage).map(([name, child]) => endOf(child, name));
    return await Promise.race([connected.then(() => measure(stage)), ...ends]);
  } finally {
    for (const child of [contestant, source, stub]) child?.kill('SIGKILL');
  }
}

/** Sends the scenario's events through a contestant. */
export function run(scenario: Scenario, launch: Launch): Promise<Run> {
  return staged(scenario, launch, async (stage) => {
    await restOf(stage.contestant);
    return measured(scenario, stage);
  });
}

/** Sends the scenario's events once. */
export async function measured({ count }: Scenario, { contestant, source, stub }: Stage): Promise<Run> {
  const before = await usageOf(contestant);
  const finished = message(stub);
  source.send('go');
  const figures = (await finished) as Pick<Run, 'eventsPerSecond' | 'p50Ms' | 'p99Ms'>;
  const after = await usageOf(contestant);
  return { ...figures, cpuMicrosPerEvent: (after.cpuMicros - before.cpuMicros) / count, rssMib: after.peakRssMib };
}

/** Waits until a contestant does nothing more: what a connector does after it has connected is not part of an event's cost. */
async function restOf(contestant: ChildProcess): Promise<void> {
  let before = await usageOf(contestant);
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const now = await usageOf(contestant);
    if (now.cpuMicros - before.cpuMicros < REST_MS * 1000 * IDLE_SHARE) return;
    before = now;
  }
  throw new Error(
    `expected a contestant that waits for events, and it is busy after ${(MOST_LOOKS * REST_MS) / 1000} s`,
  );
}

export function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no message for ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    child.once('message', (value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

export function usageOf(contestant: ChildProcess): Promise<Usage> {
  const usage = message(contestant) as Promise<Usage>;
  contestant.send('usage');
  return usage;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
