import { type DialledNode, readCaFile } from '../lib/ari/ca-file.ts';
import { reasonOf } from '../lib/ari/errors.ts';
import { type AriNodeWithSecret, nodeFaults, nodeLabel } from '../lib/ari/node.ts';
import { DEFAULT_FILTER, EventFilter } from './event-filter.ts';

/** An Asterisk server as the connector's configuration describes it. */
export type ConnectorNode = AriNodeWithSecret & DialledNode;

/** The connector's configuration, from environment variables. */
export interface ConnectorConfig {
  /** `ARI_NODES`: JSON list of `{ name, url, apps, secretId, allowPlainHttp?, caFile? }`. */
  nodes: ConnectorNode[];
  /** `EVENT_BUS_NAME`: name or ARN of the bus. */
  eventBusName: string;
  /** `HEALTH_PORT`: where `/healthz` and `/readyz` are served, on loopback only. @default 8080 */
  healthPort: number;
  /** `JOURNAL_FOLDER`: where events wait on disk, a folder of this process alone. @default /var/lib/ari-eventbridge */
  journalFolder: string;
  /** `JOURNAL_MAX_BYTES`: how much may wait on disk. @default 1073741824 (1 GiB) */
  journalMaxBytes: number;
  /** `MEMORY_MAX_BYTES`: how much of it may be in memory as well, or in memory only while the disk cannot be written. @default 33554432 (32 MiB) */
  memoryMaxBytes: number;
  /** `EVENT_FILTER`: a JSON list of event patterns; an event that any of them matches is forwarded. @default all but ChannelVarset and ChannelDialplan */
  filter: EventFilter;
  /** `DEAD_LETTER_QUEUE_URL`: an SQS queue for events that the bus will never accept. @default only the file in the journal's folder */
  deadLetterQueueUrl: string | undefined;
  /** `METRICS_INTERVAL_SECONDS`: how often metrics are written to the log as CloudWatch embedded metrics; 0 for never. @default 60 */
  metricsIntervalSeconds: number;
  /** `PUT_EVENTS_MAX_BYTES`: size of one request as EventBridge counts it. @default 900000 */
  putEventsMaxBytes: number;
  /** `PUT_EVENTS_CONCURRENCY`: requests in flight. @default 8 */
  putEventsConcurrency: number;
  /** `DRAIN_SECONDS`: how long after SIGTERM events may still be published; below the task's stop timeout. @default 25 */
  drainSeconds: number;
}

/** All faults of the configuration, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The connector cannot start with this configuration:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

const MIB = 1024 * 1024;
const BUS_NAME = /^(arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]{1,256}$/;

/**
 * Reads the connector's configuration.
 *
 * @throws ConfigError with every fault, each saying what was expected and what came
 */
export function readConfig(environment: NodeJS.ProcessEnv): ConnectorConfig {
  const faults: string[] = [];

  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const text = environment[name];
    if (text === undefined || text === '') return fallback;
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    faults.push(`${name}: expected an integer from ${min} to ${max}, got "${text}"`);
    return fallback;
  };

  const nodes = readNodes(environment.ARI_NODES, faults);
  const eventBusName = environment.EVENT_BUS_NAME ?? '';
  if (!BUS_NAME.test(eventBusName)) {
    faults.push(
      `EVENT_BUS_NAME: expected the name or ARN of the event bus, got ${eventBusName ? `"${eventBusName}"` : 'nothing'}`,
    );
  }
  if (!environment.AWS_REGION)
    faults.push('AWS_REGION: expected the region of the event bus, such as "eu-west-1", got nothing');

  const config: ConnectorConfig = {
    nodes,
    eventBusName,
    healthPort: integer('HEALTH_PORT', 8080, 0, 65_535),
    journalFolder: environment.JOURNAL_FOLDER || '/var/lib/ari-eventbridge',
    journalMaxBytes: integer('JOURNAL_MAX_BYTES', 1024 * MIB, MIB, 2 ** 40),
    memoryMaxBytes: integer('MEMORY_MAX_BYTES', 32 * MIB, MIB, 2 ** 34),
    filter: readFilter(environment.EVENT_FILTER, faults),
    deadLetterQueueUrl: readQueueUrl(environment.DEAD_LETTER_QUEUE_URL, faults),
    metricsIntervalSeconds: integer('METRICS_INTERVAL_SECONDS', 60, 0, 3600),
    putEventsMaxBytes: integer('PUT_EVENTS_MAX_BYTES', 900_000, 1024, 1024 * 1024),
    putEventsConcurrency: integer('PUT_EVENTS_CONCURRENCY', 8, 1, 256),
    drainSeconds: integer('DRAIN_SECONDS', 25, 0, 120),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function readNodes(text: string | undefined, faults: string[]): ConnectorNode[] {
  let nodes: unknown;
  try {
    nodes = text === undefined || text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    faults.push(`ARI_NODES: expected JSON, got text that fails with: ${(error as Error).name}`);
    return [];
  }
  faults.push(...nodeFaults(nodes).map((fault) => `ARI_NODES: ${fault}`));
  const list = Array.isArray(nodes) ? (nodes as (Partial<AriNodeWithSecret> | null)[]) : [];
  for (const [index, node] of list.entries()) {
    if (typeof node?.secretId !== 'string' || node.secretId === '') {
      faults.push(
        `ARI_NODES: ${nodeLabel(node ?? {}, index)}: expected \`secretId\`, the secret with its ARI user, got nothing`,
      );
    }
  }
  return faults.length > 0 ? [] : (list as AriNodeWithSecret[]).flatMap((node) => withCa(node, faults));
}

function withCa(node: AriNodeWithSecret, faults: string[]): ConnectorNode[] {
  try {
    const ca = readCaFile(node);
    return [{ ...node, ...(ca !== undefined && { ca }) }];
  } catch (error) {
    faults.push(`ARI_NODES: ${reasonOf(error)}`);
    return [];
  }
}

function readFilter(text: string | undefined, faults: string[]): EventFilter {
  if (text === undefined || text === '') return new EventFilter(DEFAULT_FILTER);
  try {
    const patterns: unknown = JSON.parse(text);
    if (!Array.isArray(patterns) || patterns.length === 0) throw new Error(`got ${text.slice(0, 80)}`);
    return new EventFilter(patterns);
  } catch (error) {
    faults.push(`EVENT_FILTER: expected a JSON list of at least one event pattern: ${reasonOf(error)}`);
    return new EventFilter(DEFAULT_FILTER);
  }
}

function readQueueUrl(text: string | undefined, faults: string[]): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    faults.push(`DEAD_LETTER_QUEUE_URL: expected the URL of an SQS queue, got "${text}"`);
  }
  return text;
}
