import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connector } from '../../connector/connector.ts';
import { DeadLetters } from '../../connector/dead-letters.ts';
import { DEFAULT_FILTER, EventFilter } from '../../connector/event-filter.ts';
import { Metrics } from '../../connector/metrics.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { armedExtensions, sharedContexts } from '../../lib/asterisk/armed-extensions.ts';
import { createLog } from '../../lib/log.ts';
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';
import { busWith } from '../support/bus-with.ts';
import { type PutEntry, readEntry } from '../support/records.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const USER = { username: 'connector', password: 'c', readOnly: true };

let asterisk: SimulatedAsterisk;
let connector: Connector;
let metrics: Metrics;
let folder: ReturnType<typeof temporaryFolder>;
let entries: PutEntry[];

beforeEach(async () => {
  entries = [];
  folder = temporaryFolder();
  metrics = new Metrics();
  asterisk = await SimulatedAsterisk.start({
    users: [USER],
    dialplan: armedExtensions({ ivr: 'Intro-IVR' }, () => 1),
    extensionsConf: sharedContexts('busy'),
  });
  const log = createLog({}, () => {});
  connector = new Connector({
    nodes: [{ name: 'pbx-1', url: asterisk.url, apps: ['Intro-IVR'], secretId: 's' }],
    credentialsOf: () => cachedCredentials(async () => USER),
    bus: busWith(async (given) => {
      entries.push(...given.map(readEntry));
      return given.map(() => ({ status: 'accepted' }));
    }),
    filter: new EventFilter(DEFAULT_FILTER),
    deadLetters: new DeadLetters(folder.path, undefined, log),
    metrics,
    log,
    journalFolder: folder.path,
    journalMaxBytes: 1e7,
    memoryMaxBytes: 1e6,
    putEventsConcurrency: 2,
  });
  connector.start();
  await until('the connection', () => connector.gauges.connected[0]?.value);
});
afterEach(async () => {
  await connector.stop(1000);
  await asterisk.stop();
  metrics.close();
  folder.remove();
});

test('a call that no handler claims is on the bus as CallRescued, and counted; one that hung up is not', async () => {
  const impatient = asterisk.dial('ivr') as string;
  const patient = asterisk.dial('ivr');
  asterisk.hangUp(impatient);
  const news = () => entries.filter(({ DetailType }) => DetailType === 'CallRescued');
  await until('the report', () => news().length > 0);
  expect(news().map(({ Source, Detail }) => ({ Source, ...JSON.parse(Detail) }))).toEqual([
    {
      Source: 'asterisk.ari.connector',
      node: 'pbx-1',
      app: 'Intro-IVR',
      channelId: patient,
      callId: patient,
      leftAt: expect.stringMatching(/^\d{4}-.*Z$/),
      metadata: { id: expect.any(String), node: 'pbx-1' },
    },
  ]);
  expect(metrics.prometheus(connector.gauges)).toContain(
    'ari_eventbridge_calls_rescued_total{node="pbx-1",app="Intro-IVR"} 1',
  );
  expect(entries.filter(({ DetailType }) => DetailType === 'StasisEnd')).toHaveLength(2);
});
