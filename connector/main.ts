import type { AddressInfo } from 'node:net';
import { createLog } from '../lib/log.ts';
import { ConfigError, readConfig } from './config.ts';
import { Connector } from './connector.ts';
import { EventBridge } from './eventbridge.ts';
import { serveHealth } from './health.ts';
import { secretCredentials, secretsManagerClient } from './secret.ts';

const log = createLog();

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const secrets = secretsManagerClient();
  const bus = new EventBridge(config.eventBusName, config.putEventsConcurrency);
  const connector = new Connector({
    ...config,
    bus,
    log,
    credentialsOf: (secretId) => secretCredentials(secrets, secretId),
  });
  const health = await serveHealth(config.healthPort, () => connector.status);
  log.info('Connector started', {
    nodes: config.nodes.map(({ name, url, apps }) => ({ name, url, apps })),
    bus: config.eventBusName,
    healthPort: (health.address() as AddressInfo).port,
  });
  connector.start();

  const stop = async (signal: string): Promise<void> => {
    log.info(`${signal}: draining`, { waiting: connector.status.waiting });
    const left = await connector.stop(config.drainSeconds * 1000);
    if (left > 0)
      log.error(`${left} events were not published within ${config.drainSeconds} s and are lost`, { count: left });
    else log.info('Drained');
    process.exit(left > 0 ? 1 : 0);
  };
  process.once('SIGTERM', () => void stop('SIGTERM'));
  process.once('SIGINT', () => void stop('SIGINT'));
}

main().catch((error: Error) => {
  log.error(error.message, error instanceof ConfigError ? { faults: error.faults } : { stack: error.stack });
  process.exit(1);
});
