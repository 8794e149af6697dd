import { createHash } from 'node:crypto';
import { type Secrets, SQS_HOST } from './aws-modules.ts';
import { EventBridgeService } from './event-bridge.ts';
import { type Fault, inflict, planOf } from './faults.ts';
import { check } from './invariants.ts';
import { Ledger, type Violation } from './ledger.ts';
import { Network } from './network.ts';
import { Pbx } from './pbx.ts';
import type { Program } from './program.ts';
import { Random } from './random.ts';
import { type Disks, Service } from './service.ts';
import { SqsService } from './sqs-service.ts';
import { tablePlanOf } from './table-faults.ts';
import { TableService } from './table-service.ts';
import type { World } from './task.ts';
import { Traffic } from './traffic.ts';
import { VirtualClock } from './virtual-clock.ts';
import { watchHolders } from './watch-holders.ts';
import { watchPublishing } from './watch-publishing.ts';

/** How long faults begin, and how long the world then has to recover, in milliseconds of the run's time. */
const WARM_UP_MS = 8000;
const FAULTS_MS = 150_000;
const RECOVERY_MS = 120_000;

/** How long calls go on after the last fault has begun. */
const MORE_CALLS_MS = 60_000;
/** A run has so many events at least: where outages left fewer, some follow. */
const LEAST_EVENTS = 520;

const DRAIN_SECONDS = 10;
const USER = { username: 'connector', password: 'right' };

/** What a seed decides about the world, besides its faults. */
export interface Scenario {
  tasks: number;
  disks: Disks;
  pbxes: number;
  /** A queue takes what stopped connectors leave. */
  queue: boolean;
  /** Connectors share a table. */
  table: boolean;
}

export interface RunResult {
  seed: number;
  scenario: Scenario;
  faults: Fault[];
  violations: Violation[];
  counts: Record<string, number>;
  /** A digest of all that happened: equal for two runs of one seed. Only where it is asked for. */
  trace?: string;
}

export interface RunOptions {
  program: Program;
  seed: number;
  /** Faults in place of those that the seed decides. */
  faults?: readonly Fault[];
  /** @default false */
  traced?: boolean;
  /** Receives the ledger of the run, for a look at it. */
  onEnd?(ledger: Ledger): void;
}

export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed, 'scenario');
  return {
    tasks: random.chance(0.4) ? 2 : 1,
    disks: random.chance(0.5) ? 'new' : 'kept',
    pbxes: random.chance(0.4) ? 2 : 1,
    queue: random.chance(0.7),
    table: seed % 3 === 0,
  };
}

/** One run of the world: connectors, their disks and network, EventBridge, Secrets Manager, and Asterisk with its calls. */
export async function run({ program, seed, faults, traced = false, onEnd }: RunOptions): Promise<RunResult> {
  const scenario = scenarioOf(seed);
  const clock = new VirtualClock();
  const ledger = new Ledger();
  const network = new Network(clock, new Random(seed, 'network'));
  const bus = new EventBridgeService(clock, new Random(seed, 'bus'), ledger);
  const queue = new SqsService(clock);
  const table = new TableService(new Random(seed, 'table service'));
  const secrets: Secrets = { ...USER, wrong: 0, faults: 0 };
  const apps = ['Intro-IVR', 'Sales'];
  const pbxes = Array.from(
    { length: scenario.pbxes },
    (_, i) => new Pbx({ name: `pbx-${i + 1}`, apps, user: USER, clock, ledger }),
  );
  const nodes = pbxes.map(({ name }) => ({
    name,
    url: `http://${name}:8088/ari`,
    allowPlainHttp: true,
    apps,
    secretId: 'connector',
  }));
  const env = {
    ARI_NODES: JSON.stringify(nodes),
    EVENT_BUS_NAME: 'calls',
    AWS_REGION: 'eu-west-1',
    JOURNAL_FOLDER: '/journal',
    ...(scenario.queue && { LEFTOVER_QUEUE_URL: `https://${SQS_HOST}/123456789012/leftovers.fifo` }),
    ...(scenario.table && { STATE_TABLE_NAME: 'connectors' }),
    JOURNAL_MAX_BYTES: String(2 ** 21),
    MEMORY_MAX_BYTES: String(2 ** 20),
    DRAIN_SECONDS: String(DRAIN_SECONDS),
    METRICS_INTERVAL_SECONDS: '10',
  };
  const world: World = { seed, program, clock, network, bus, queue, table, secrets, pbxes, ledger, env };
  const service = new Service(
    world,
    new Random(seed, 'service'),
    scenario.tasks,
    scenario.disks,
    (DRAIN_SECONDS + 5) * 1000,
  );

  const begin = clock.time;
  const endOfFaults = begin + WARM_UP_MS + FAULTS_MS;
  const end = endOfFaults + RECOVERY_MS;
  for (const pbx of pbxes) pbx.start();
  service.start();
  const traffics = pbxes.map((pbx) => new Traffic(pbx, clock, new Random(seed, `traffic of ${pbx.name}`)));
  for (const traffic of traffics) traffic.start(endOfFaults + MORE_CALLS_MS, 220 * pbxes.length);
  watchHolders(world, service, end);
  watchPublishing(world, service, end);

  const plan = faults ?? [...planOf(seed, FAULTS_MS), ...(scenario.table ? tablePlanOf(seed, FAULTS_MS) : [])];
  for (const fault of plan) {
    clock.after(WARM_UP_MS + fault.at, () => inflict(fault, { world, service, traffics }));
  }
  await clock.runUntil(endOfFaults + MORE_CALLS_MS - 1000);
  const missing = LEAST_EVENTS - ledger.sent.filter(({ to }) => to !== undefined).length;
  for (const traffic of traffics) traffic.flood(Math.ceil(missing / traffics.length), 10);
  await clock.runUntil(end);
  check(world, service);
  onEnd?.(ledger);
  service.end();
  for (const pbx of pbxes) await pbx.stop();
  return {
    seed,
    scenario,
    faults: [...plan],
    violations: ledger.violations,
    counts: ledger.counts,
    ...(traced && { trace: traceOf(ledger) }),
  };
}

/** The simulator's SIP Call-IDs are random; nothing depends on them. */
const CALL_ID = /"protocol_id":"[^"]*"/g;

function traceOf({ accepted, log }: Ledger): string {
  const digest = createHash('sha256');
  for (const { at, from, detail } of accepted) {
    digest.update(`${at} ${from} ${JSON.stringify(detail).replaceAll(CALL_ID, '')}\n`);
  }
  for (const line of log) digest.update(`${JSON.stringify(line)}\n`);
  return digest.digest('hex');
}
