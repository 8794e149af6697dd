import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Connector } from '../../../connector/connector.ts';
import { DeadLetters } from '../../../connector/dead-letters.ts';
import { DEFAULT_FILTER, EventFilter } from '../../../connector/event-filter.ts';
import { Metrics } from '../../../connector/metrics.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { createLog } from '../../../lib/log.ts';
import { AriPeer } from '../../support/ari-peer.ts';
import { busWith } from '../../support/bus-with.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

test('a connection that is lost and made again saves the state of its own node, and of no other', async () => {
  const folder = folderOfTest();
  const [first, second] = [await AriPeer.start(), await AriPeer.start()];
  const log = createLog({}, () => {});
  const metrics = new Metrics();
  const connector = new Connector({
    nodes: [first, second].map(({ url }, i) => ({ name: `pbx-${i + 1}`, url, apps: ['a'], secretId: 's' })),
    credentialsOf: () => cachedCredentials(async () => ({ username: 'u', password: 'p' })),
    bus: busWith(async (entries) => entries.map(() => ({ status: 'accepted' }))),
    filter: new EventFilter(DEFAULT_FILTER),
    deadLetters: new DeadLetters(folder, undefined, log),
    metrics,
    log,
    journalFolder: folder,
    journalMaxBytes: 1e7,
    memoryMaxBytes: 1e6,
    putEventsConcurrency: 2,
    reconnect: { baseMs: 5, capMs: 20 },
  });
  onTestFinished(async () => {
    await connector.stop(1000);
    metrics.close();
    for (const peer of [first, second]) peer.close();
  });
  const fileOf = (node: string): string => join(folder, `${node}.state`);
  const savedAt = (node: string): number => statSync(fileOf(node)).mtimeMs;
  connector.start();
  await until('both states', () => existsSync(fileOf('pbx-1')) && existsSync(fileOf('pbx-2')));
  const before = { first: savedAt('pbx-1'), second: savedAt('pbx-2') };
  first.sockets[0]?.terminate();
  await until('another state of the first node', () => savedAt('pbx-1') > before.first);
  expect(savedAt('pbx-2')).toBe(before.second);
});
