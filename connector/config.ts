import { type AriNodeWithSecret, nodeFaults } from '../lib/ari/node.ts';

/** What the connector is told through environment variables. */
export interface ConnectorConfig {
  /** `ARI_NODES`: JSON list of `{ name, url, apps, secretId, allowPlainHttp? }`. */
  nodes: AriNodeWithSecret[];
  /** `EVENT_BUS_NAME`: name or ARN of the bus. */
  eventBusName: string;
  /** `HEALTH_PORT`: where `/healthz` and `/readyz` are served, on loopback only. @default 8080 */
  healthPort: number;
  /** `JOURNAL_MAX_BYTES`: how much may wait for EventBridge. @default 67108864 (64 MiB) */
  journalMaxBytes: number;
  /** `PUT_EVENTS_MAX_BYTES`: size of one request, by AWS's formula. @default 900000 */
  putEventsMaxBytes: number;
  /** `PUT_EVENTS_CONCURRENCY`: requests in flight. @default 8 */
  putEventsConcurrency: number;
  /** `DRAIN_SECONDS`: how long after SIGTERM events may still be published; below the task's stop timeout. @default 25 */
  drainSeconds: number;
}

/** All faults of the configuration at once, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The connector cannot start with this configuration:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

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
  if (eventBusName === '') faults.push('EVENT_BUS_NAME: expected the name or ARN of the event bus, got nothing');
  if (!environment.AWS_REGION)
    faults.push('AWS_REGION: expected the region of the event bus, such as "eu-west-1", got nothing');

  const config: ConnectorConfig = {
    nodes,
    eventBusName,
    healthPort: integer('HEALTH_PORT', 8080, 0, 65_535),
    journalMaxBytes: integer('JOURNAL_MAX_BYTES', 64 * 1024 * 1024, 1024 * 1024, 2 ** 40),
    putEventsMaxBytes: integer('PUT_EVENTS_MAX_BYTES', 900_000, 1024, 1024 * 1024),
    putEventsConcurrency: integer('PUT_EVENTS_CONCURRENCY', 8, 1, 256),
    drainSeconds: integer('DRAIN_SECONDS', 25, 0, 120),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function readNodes(text: string | undefined, faults: string[]): AriNodeWithSecret[] {
  let nodes: unknown;
  try {
    nodes = text === undefined || text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    faults.push(`ARI_NODES: expected JSON, got text that fails with: ${(error as Error).name}`);
    return [];
  }
  faults.push(...nodeFaults(nodes).map((fault) => `ARI_NODES: ${fault}`));
  for (const node of Array.isArray(nodes) ? (nodes as (Partial<AriNodeWithSecret> | null)[]) : []) {
    if (typeof node?.secretId !== 'string' || node.secretId === '') {
      faults.push(
        `ARI_NODES: node ${JSON.stringify(node?.name)}: expected \`secretId\`, the secret with its ARI user, got nothing`,
      );
    }
  }
  return Array.isArray(nodes) ? (nodes as AriNodeWithSecret[]) : [];
}
