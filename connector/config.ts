import { type DialledNode, readCaFile } from '../lib/ari/ca-file.ts';
import { reasonOf } from '../lib/ari/errors.ts';
import { type AriNodeWithSecret, nodeFaults, nodeLabel } from '../lib/ari/node.ts';
import { nodeSettingsFaults } from '../lib/ari/node-settings.ts';
import { type NodesText, nodesText } from '../lib/ari/nodes-file.ts';
import { parseJson } from '../lib/json.ts';
import { DEFAULT_FILTER, EventFilter } from './event-filter.ts';
import { DEFAULT_NAMESPACE } from './metrics.ts';

/** An Asterisk server as the connector's configuration describes it. */
export type ConnectorNode = AriNodeWithSecret & DialledNode;

const MIB = 1024 * 1024;

/** Settings that are integers: the environment variable of each, its default, and its bounds. */
const INTEGERS = {
  /** Where `/healthz`, `/readyz` and `/metrics` are served, on loopback only; 0 for any free port. */
  healthPort: { variable: 'HEALTH_PORT', byDefault: 8080, min: 0, max: 65_535 },
  /** How much may wait on disk. */
  journalMaxBytes: { variable: 'JOURNAL_MAX_BYTES', byDefault: 1024 * MIB, min: MIB, max: 2 ** 40 },
  /** How much of it may be in memory as well, or in memory only while the disk cannot be written. */
  memoryMaxBytes: { variable: 'MEMORY_MAX_BYTES', byDefault: 32 * MIB, min: MIB, max: 2 ** 34 },
  /** How often metrics are written to the log as CloudWatch embedded metrics; 0 for never. */
  metricsIntervalSeconds: { variable: 'METRICS_INTERVAL_SECONDS', byDefault: 60, min: 0, max: 3600 },
  /** Size of one request as EventBridge counts it. */
  putEventsMaxBytes: { variable: 'PUT_EVENTS_MAX_BYTES', byDefault: 900_000, min: 1024, max: MIB },
  /** Requests in flight. */
  putEventsConcurrency: { variable: 'PUT_EVENTS_CONCURRENCY', byDefault: 8, min: 1, max: 256 },
  /** How long after SIGTERM events may still be published; below the task's stop timeout. */
  drainSeconds: { variable: 'DRAIN_SECONDS', byDefault: 25, min: 0, max: 120 },
} as const satisfies Record<string, { variable: string; byDefault: number; min: number; max: number }>;

const DEFAULT_JOURNAL_FOLDER = '/var/lib/ari-eventbridge';

/** The connector's configuration, from environment variables; docs/connector.md lists them with their defaults. */
export interface ConnectorConfig extends Record<keyof typeof INTEGERS, number> {
  /** `ARI_NODES`, or the file that `ARI_NODES_FILE` names: JSON list of `{ name, url, apps, secretId, allowPlainHttp?, caFile?, foreign?, appSettings? }`. */
  nodes: ConnectorNode[];
  /** `EVENT_BUS_NAME`: name or ARN of the bus. */
  eventBusName: string;
  /** `JOURNAL_FOLDER`: where events wait on disk, a folder of this process alone. */
  journalFolder: string;
  /** `METRICS_NAMESPACE`: the CloudWatch namespace of the metrics. */
  metricsNamespace: string;
  /** `EVENT_FILTER`: a JSON list of event patterns; an event that any of them matches is forwarded. */
  filter: EventFilter;
  /** `DEAD_LETTER_QUEUE_URL`: an SQS queue for events that the bus will never accept; without it they are only in the journal's folder. */
  deadLetterQueueUrl: string | undefined;
  /** `LEFTOVER_QUEUE_URL`: an SQS FIFO queue for events that a stopped connector could not publish; without it they are only on its disk. */
  leftoverQueueUrl: string | undefined;
  /** `STATE_TABLE_NAME`: a DynamoDB table that all connectors of the nodes share; without it a connector has only its disk. */
  stateTableName: string | undefined;
  /** `NEW_BUS`: `true` where no connector has put events on the bus before, as in local mode. */
  isNewBus: boolean;
}

/** Lists all faults of the configuration, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The connector cannot start with this configuration:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

const BUS_NAME = /^(arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]{1,256}$/;

/**
 * Reads the connector's configuration.
 *
 * @throws ConfigError with every fault: what was expected, and what came
 */
export function readConfig(environment: NodeJS.ProcessEnv): ConnectorConfig {
  const faults: string[] = [];

  const nodes = readNodes(environment, faults);
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
    journalFolder: environment.JOURNAL_FOLDER || DEFAULT_JOURNAL_FOLDER,
    metricsNamespace: environment.METRICS_NAMESPACE || DEFAULT_NAMESPACE,
    filter: readFilter(environment.EVENT_FILTER, faults),
    deadLetterQueueUrl: readQueueUrl('DEAD_LETTER_QUEUE_URL', environment, faults),
    leftoverQueueUrl: readQueueUrl('LEFTOVER_QUEUE_URL', environment, faults),
    stateTableName: readTableName(environment.STATE_TABLE_NAME, faults),
    isNewBus: readFlag('NEW_BUS', environment, faults),
    ...readIntegers(environment, faults),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function readIntegers(environment: NodeJS.ProcessEnv, faults: string[]): Record<keyof typeof INTEGERS, number> {
  const values: Partial<Record<string, number>> = {};
  for (const [name, { variable, byDefault, min, max }] of Object.entries(INTEGERS)) {
    const text = environment[variable];
    const value = text === undefined || text === '' ? byDefault : Number(text);
    if (!(Number.isInteger(value) && value >= min && value <= max)) {
      faults.push(`${variable}: expected an integer from ${min} to ${max}, got "${text}"`);
    }
    values[name] = value;
  }
  return values as Record<keyof typeof INTEGERS, number>;
}

function readNodes({ ARI_NODES, ARI_NODES_FILE }: NodeJS.ProcessEnv, faults: string[]): ConnectorNode[] {
  let found: NodesText;
  try {
    found = nodesText({ ARI_NODES, ARI_NODES_FILE });
  } catch (error) {
    faults.push(reasonOf(error));
    return [];
  }
  const { from, text } = found;
  const nodes = parseJson(text);
  if (text && nodes === undefined) {
    faults.push(`${from}: expected JSON, got text that is not JSON`);
    return [];
  }
  const all = [...nodeFaults(nodes), ...nodeSettingsFaults(nodes)];
  faults.push(...all.map((fault) => `${from}: ${fault}`));
  const list = Array.isArray(nodes) ? (nodes as (Partial<AriNodeWithSecret> | null)[]) : [];
  for (const [index, node] of list.entries()) {
    if (typeof node?.secretId !== 'string' || node.secretId === '') {
      faults.push(
        `${from}: ${nodeLabel(node ?? {}, index)}: expected \`secretId\`, the secret with its ARI user, got nothing`,
      );
    }
  }
  return faults.length > 0 ? [] : (list as AriNodeWithSecret[]).flatMap((node) => withCa(node, from, faults));
}

function withCa(node: AriNodeWithSecret, from: string, faults: string[]): ConnectorNode[] {
  try {
    const ca = readCaFile(node);
    return [{ ...node, ...(ca !== undefined && { ca }) }];
  } catch (error) {
    faults.push(`${from}: ${reasonOf(error)}`);
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

function readQueueUrl(variable: string, environment: NodeJS.ProcessEnv, faults: string[]): string | undefined {
  const text = environment[variable];
  if (text === undefined || text === '') return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    faults.push(`${variable}: expected the URL of an SQS queue, got "${text}"`);
  }
  return text;
}

function readTableName(text: string | undefined, faults: string[]): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^[\w.-]{3,255}$/.test(text)) {
    faults.push(`STATE_TABLE_NAME: expected the name of a DynamoDB table, got "${text}"`);
  }
  return text;
}

function readFlag(variable: string, environment: NodeJS.ProcessEnv, faults: string[]): boolean {
  const text = environment[variable] || 'false';
  if (text !== 'true' && text !== 'false') faults.push(`${variable}: expected true or false, got "${text}"`);
  return text === 'true';
}
