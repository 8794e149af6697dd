/**
 * What the connector costs, beside the least that could do its work and the plain way to do it, in one run:
 *
 *  - `ceiling`: a loop of `ws` receive and bare POST of as many bytes; no journal, no numbers, no signature;
 *  - `sdk`: `ws`, JSON and the AWS SDK's client; no journal, no order, no retries of its own;
 *  - `connector`: the connector's bundle as it is deployed, with its journal on disk.
 *
 * Source, stub and each contestant are processes of their own. They take turns, so that whatever else the machine does
 * hits all of them alike; each figure is the median over the rounds.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleConnector, CONNECTOR_BUNDLE } from '../../lib/cdk/connector-image.ts';
import { LocalAws } from '../support/local-aws.ts';
import type { Usage } from './connector/usage.ts';

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
const LIMIT_MS = 120_000;
const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:connector';

interface Run {
  eventsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuMicrosPerEvent: number;
  rssMib: number;
}

const KEYS = ['eventsPerSecond', 'p50Ms', 'p99Ms', 'cpuMicrosPerEvent', 'rssMib'] as const;

export async function bench(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-connector-'));
  const aws = await LocalAws.open({ [SECRET]: { username: 'connector', password: 'p' } });
  try {
    bundleConnector(folder);
    const contestants: Record<string, (environment: Record<string, string>) => ChildProcess> = {
      ceiling: (environment) => start(join(import.meta.dirname, 'connector/ceiling.ts'), environment),
      sdk: (environment) => start(join(import.meta.dirname, 'connector/sdk-way.ts'), environment),
      connector: (environment) =>
        start(join(folder, CONNECTOR_BUNDLE), {
          ...environment,
          ARI_NODES: JSON.stringify([
            { name: 'pbx-1', url: `${environment.SOURCE_URL}/ari`, apps: ['Intro-IVR'], secretId: SECRET },
          ]),
          EVENT_BUS_NAME: 'calls',
          JOURNAL_FOLDER: mkdtempSync(join(folder, 'journal-')),
          HEALTH_PORT: '0',
          METRICS_INTERVAL_SECONDS: '0',
          AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
        }),
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

function start(file: string, environment: Record<string, string>): ChildProcess {
  const { PATH = '' } = process.env;
  const usage = pathToFileURL(join(import.meta.dirname, 'connector/usage.ts')).href;
  return spawn(process.execPath, ['--import', usage, file], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'ignore', 2, 'ipc'],
  });
}

async function run(
  { count, rate, latencyMs }: (typeof SCENARIOS)[number],
  launch: (environment: Record<string, string>) => ChildProcess,
): Promise<Run> {
  const source = fork(join(import.meta.dirname, 'connector/source.ts'), [String(count), String(rate)]);
  const stub = fork(join(import.meta.dirname, 'connector/stub.ts'), [String(count), String(latencyMs)]);
  let contestant: ChildProcess | undefined;
  try {
    const [{ port: sourcePort }, { port: stubPort }] = (await Promise.all([message(source), message(stub)])) as {
      port: number;
    }[] as [{ port: number }, { port: number }];
    const connected = message(source);
    contestant = launch({
      SOURCE_URL: `http://127.0.0.1:${sourcePort}`,
      STUB_URL: `http://127.0.0.1:${stubPort}`,
      AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${stubPort}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    await connected;
    await new Promise((resolve) => setTimeout(resolve, 700));
    const before = await usageOf(contestant);
    const finished = message(stub);
    source.send('go');
    const figures = (await finished) as Pick<Run, 'eventsPerSecond' | 'p50Ms' | 'p99Ms'>;
    const after = await usageOf(contestant);
    return {
      ...figures,
      cpuMicrosPerEvent: (after.cpuMicros - before.cpuMicros) / count,
      rssMib: after.peakRssMib,
    };
  } finally {
    for (const child of [contestant, source, stub]) child?.kill('SIGKILL');
  }
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no message for ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    child.once('message', (value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

function usageOf(contestant: ChildProcess): Promise<Usage> {
  const usage = message(contestant) as Promise<Usage>;
  contestant.send('usage');
  return usage;
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
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
