import { DEPLOYED, type Deployed } from './deployed.ts';
import { MEASURED_CALL } from './measured-call.ts';
import { PRICES, type Price } from './prices.ts';

/** The usage to calculate the cost of. */
export interface Usage {
  callsPerDay: number;
  /** Entries on the bus for each call. @default as measured, with the connector's default filter */
  eventsPerCall?: number;
  /** Lambda invocations for each call. @default as measured */
  invocationsPerCall?: number;
  /** Average duration of an invocation, cold starts included. @default 100 */
  handlerMs?: number;
  /** Memory of the functions, in MB. @default 512 */
  memoryMb?: number;
  /** Asterisk servers. @default 1 */
  nodes?: number;
  /** Apps on each of them. @default 3 */
  appsPerNode?: number;
  /** How long events are archived for replays, in days; 0 for no archive. @default 14 */
  archiveDays?: number;
  /** Whether X-Ray follows events through the functions. @default true */
  tracing?: boolean;
  /** Whether the connector writes metrics for CloudWatch. @default true */
  metrics?: boolean;
  /** Whether everything leaves by a NAT gateway, with one fixed address. @default true */
  nat?: boolean;
}

export interface CostItem {
  what: string;
  quantity: number;
  price: Price;
  /** By month. */
  usd: number;
  /** Whether it depends on the number of calls. */
  perCall: boolean;
}

export interface Bill {
  items: CostItem[];
  /** By month. */
  usd: number;
}

export interface MonthlyCost {
  usage: Required<Usage>;
  deployed: Deployed;
  serverless: Bill;
  /**
   * Two small servers that run the same logic around the clock, one as the other's standby, with the same monitoring.
   */
  servers: Bill;
  /** Calls per day from which the two servers are cheaper; 0 when they always are. */
  breakEvenCallsPerDay: number;
}

const HOURS = 730;
const DAYS = 365 / 12;
const GB = 1e9;
/** Metrics of CloudWatch Container Insights for one task. */
const CONTAINER_INSIGHTS_METRICS = 30;
/** Metrics of the connector by node and app, by node, and of the process (`connector/metrics.ts`). */
const METRICS = { app: 10, node: 10, process: 11 };
/** Bytes of one metrics line in the log; there is one per minute. */
const METRICS_LINE = 700;
/** Bytes that Lambda logs for each invocation (START, END, REPORT), and the handler's own line. */
const INVOCATION_LOG = 700;
/** What each task of the connector asks without any call (`connector/heartbeats.ts`, `connector/leftovers-received.ts`). */
const IDLE_PER_HOUR = {
  /** A heartbeat a second. */
  tableWrites: 3600,
  /** The heartbeats are read twice a second, each for half a unit. */
  tableReads: 3600,
  /** The queue of what stopped tasks left is asked every 10 s, for a second. */
  queueRequests: 3600 / 11,
};
const SERVER = { count: 2, diskGb: 20 };
/** Users of each node, and their secrets: `connector` and `handlers`. */
const SECRETS_PER_NODE = 2;

/**
 * What the deployed system costs per month at AWS's list prices, compared with two servers around the clock. Without
 * items that cost cents at any number of calls (queues, traffic within the region, image storage), and without
 * Asterisk.
 *
 * @param deployed what the app's templates deploy. @default what `bin/app.ts` deploys with the example handlers
 * @throws RangeError naming the figure and the expected value
 */
export function monthlyCost(given: Usage, deployed: Deployed = DEPLOYED): MonthlyCost {
  const usage: Required<Usage> = {
    eventsPerCall: MEASURED_CALL.events,
    invocationsPerCall: MEASURED_CALL.invocations,
    handlerMs: 100,
    memoryMb: 512,
    nodes: 1,
    appsPerNode: 3,
    archiveDays: 14,
    tracing: true,
    metrics: true,
    nat: true,
    ...given,
  };
  for (const [name, value] of Object.entries(usage)) {
    if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0)) {
      throw new RangeError(`${name}: expected a number of at least 0, got ${value}`);
    }
  }
  const serverless = billOf([...variableItems(usage, deployed), ...standingItems(usage, deployed)]);
  const servers = billOf(serverItems(usage, deployed));
  const perCall = sum(variableItems({ ...usage, callsPerDay: 1 }, deployed)) / DAYS;
  const headroom = servers.usd - sum(standingItems(usage, deployed));
  const breakEven = perCall === 0 ? Number.POSITIVE_INFINITY : headroom / perCall / DAYS;
  return { usage, deployed, serverless, servers, breakEvenCallsPerDay: Math.max(0, Math.floor(breakEven)) };
}

function variableItems(usage: Required<Usage>, { connector }: Deployed): CostItem[] {
  const calls = usage.callsPerDay * DAYS;
  const events = calls * usage.eventsPerCall;
  const gb = (events * MEASURED_CALL.bytesPerEvent) / GB;
  const invocations = calls * usage.invocationsPerCall;
  const gbSeconds = (invocations * usage.handlerMs * usage.memoryMb) / 1000 / 1024;
  const item = (what: string, quantity: number, price: Price): CostItem => charge(what, quantity, price, true);
  return [
    item('Events on the bus', events, PRICES.busEvent),
    ...(connector
      ? [item('Calls in the table of connectors', calls * MEASURED_CALL.tableWrites, PRICES.tableWrite)]
      : []),
    item('Invocations of functions', invocations, PRICES.lambdaRequest),
    item('Time of functions', gbSeconds, PRICES.lambdaGbSecond),
    item('Logs of functions', (invocations * INVOCATION_LOG) / GB, PRICES.logGb),
    // At the most: of several invocations in one second X-Ray records the first, and 5% of the others.
    ...(usage.tracing ? [item('Traces of functions', invocations, PRICES.trace)] : []),
    ...(usage.archiveDays > 0
      ? [
          item('Events into the archive', gb, PRICES.archivedGb),
          item('Events kept in the archive', (gb / DAYS) * usage.archiveDays, PRICES.archiveGbMonth),
        ]
      : []),
    ...(usage.nat ? [item('Events through the NAT gateway', gb, PRICES.natGb)] : []),
  ];
}

function standingItems(usage: Required<Usage>, deployed: Deployed): CostItem[] {
  const item = (what: string, quantity: number, price: Price): CostItem => charge(what, quantity, price, false);
  const { vcpu, gb, tasks } = deployed.connector ?? { vcpu: 0, gb: 0, tasks: 0 };
  // One of the NAT gateway, else one of each task.
  const addresses = usage.nat ? 1 : tasks;
  return [
    item('Connector: CPU', tasks * vcpu * HOURS, PRICES.fargateVcpuHour),
    item('Connector: memory', tasks * gb * HOURS, PRICES.fargateGbHour),
    item('Connector: heartbeats', tasks * IDLE_PER_HOUR.tableWrites * HOURS, PRICES.tableWrite),
    item('Connector: reads of heartbeats', tasks * IDLE_PER_HOUR.tableReads * HOURS, PRICES.tableRead),
    item('Connector: queue of leftovers', tasks * IDLE_PER_HOUR.queueRequests * HOURS, PRICES.queueRequest),
    item('NAT gateway', usage.nat ? HOURS : 0, PRICES.natHour),
    item('Public address', addresses * HOURS, PRICES.ipv4Hour),
    item('Secrets', usage.nodes * SECRETS_PER_NODE, PRICES.secretMonth),
    item('Container Insights', deployed.containerInsights ? CONTAINER_INSIGHTS_METRICS : 0, PRICES.metricMonth),
    ...monitoringItems(usage, deployed),
  ].filter(({ quantity }) => quantity > 0);
}

function serverItems(usage: Required<Usage>, deployed: Deployed): CostItem[] {
  const item = (what: string, quantity: number, price: Price): CostItem => charge(what, quantity, price, false);
  return [
    item('Servers', SERVER.count * HOURS, PRICES.serverHour),
    item('Their disks', SERVER.count * SERVER.diskGb, PRICES.diskGbMonth),
    item('Their public addresses', SERVER.count * HOURS, PRICES.ipv4Hour),
    item('Secrets', usage.nodes, PRICES.secretMonth),
    ...monitoringItems(usage, deployed),
  ];
}

/** Monitoring, which costs the same on both sides. */
function monitoringItems({ nodes, appsPerNode, metrics }: Required<Usage>, deployed: Deployed): CostItem[] {
  const item = (what: string, quantity: number, price: Price): CostItem => charge(what, quantity, price, false);
  const figures = nodes * (appsPerNode * METRICS.app + METRICS.node) + METRICS.process;
  const lines = (nodes * (appsPerNode + 1) + 1) * (deployed.connector?.tasks ?? 1);
  const alarms = deployed.alarms + nodes * (deployed.alarmsPerNode + appsPerNode * deployed.alarmsPerApp);
  return [
    item('Metrics', metrics ? figures : 0, PRICES.metricMonth),
    item('Log of the metrics', metrics ? (lines * METRICS_LINE * HOURS * 60) / GB : 0, PRICES.logGb),
    item('Alarms', alarms, PRICES.alarmMonth),
    item('Dashboards', deployed.dashboards, PRICES.dashboardMonth),
  ].filter(({ quantity }) => quantity > 0);
}

function charge(what: string, quantity: number, price: Price, perCall: boolean): CostItem {
  return { what, quantity, price, usd: quantity * price.usd, perCall };
}

function billOf(items: CostItem[]): Bill {
  return { items, usd: sum(items) };
}

function sum(items: readonly CostItem[]): number {
  return items.reduce((total, { usd }) => total + usd, 0);
}
