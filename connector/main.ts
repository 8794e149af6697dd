import type { AddressInfo } from 'node:net';
import { cachedCredentials, parseCredentials } from '../lib/ari/credentials.ts';
import { readSecret, secretsManagerClient } from '../lib/aws/secrets-manager.ts';
import { createLog } from '../lib/log.ts';
import { ConfigError, readConfig } from './config.ts';
import { Connector } from './connector.ts';
import { DeadLetters } from './dead-letters.ts';
import { DynamoDbTable } from './dynamodb.ts';
import { EventBridge } from './eventbridge.ts';
import { serveHealth } from './health.ts';
import { FolderInUse, lockFolder } from './journal/index.ts';
import { Metrics } from './metrics.ts';
import { SqsQueue } from './sqs.ts';

const log = createLog();

async function main(): Promise<void> {
  const config = readConfig(process.env);
  lockFolder(config.journalFolder);
  const secrets = await secretsManagerClient();
  const bus = new EventBridge({
    eventBusName: config.eventBusName,
    connections: config.putEventsConcurrency,
    requestBytes: config.putEventsMaxBytes,
  });
  const queue = config.deadLetterQueueUrl ? new SqsQueue(config.deadLetterQueueUrl, secrets.config) : undefined;
  const leftovers = config.leftoverQueueUrl ? new SqsQueue(config.leftoverQueueUrl, secrets.config) : undefined;
  const table = config.stateTableName ? new DynamoDbTable(config.stateTableName, secrets.config) : undefined;
  const metrics = new Metrics(config.metricsNamespace);
  const connector = new Connector({
    ...config,
    bus,
    log,
    metrics,
    deadLetters: new DeadLetters(config.journalFolder, queue, log),
    leftovers,
    table,
    credentialsOf: (id) => cachedCredentials(async () => parseCredentials(id, await readSecret(id, secrets))),
  });
  const health = await serveHealth(config.healthPort, {
    status: () => connector.status,
    stuck: () => connector.stuckNodes(),
    neverServed: () => connector.neverServed,
    metrics: () => metrics.prometheus(connector.gauges),
  });
  log.info('Connector started', {
    nodes: config.nodes.map(({ name, url, apps }) => ({ name, url, apps })),
    bus: config.eventBusName,
    journal: config.journalFolder,
    healthPort: (health.address() as AddressInfo).port,
  });
  if (!table && !config.isNewBus) {
    log.info(
      'There is no STATE_TABLE_NAME: this connector knows the calls that its own disk has, and other connectors by what Asterisk lists. On an empty disk it announces a gap, and does not know which calls have ended.',
    );
  }
  connector.start();

  const writeMetrics = (): void => {
    for (const line of metrics.embedded(connector.gauges)) process.stdout.write(`${line}\n`);
  };
  if (config.metricsIntervalSeconds > 0) setInterval(writeMetrics, config.metricsIntervalSeconds * 1000);

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info(`${signal}: draining`, { waiting: connector.status.waiting });
    const { waiting, dropped } = await connector.stop(config.drainSeconds * 1000);
    if (config.metricsIntervalSeconds > 0) writeMetrics();
    if (waiting > 0) {
      log.error(
        `${waiting} events were not published within ${config.drainSeconds} s. The next process on the folder ${config.journalFolder} publishes those that are in it; a task with a new disk does not have them.`,
        { waiting },
      );
    }
    const clean = waiting === 0 && dropped === 0;
    if (clean) log.info('Drained');
    process.exit(clean ? 0 : 1);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
}

main().catch((error: Error) => {
  const says = error instanceof FolderInUse ? {} : { stack: error.stack };
  log.error(error.message, error instanceof ConfigError ? { faults: error.faults } : says);
  process.exit(1);
});
