import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError, readConfig } from '../../connector/config.ts';
import { EventFilter } from '../../connector/event-filter.ts';
import { privateCertificate } from '../asterisk/certificate.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NODE = { name: 'pbx-1', url: 'https://pbx-1.example.com/ari', apps: ['a'], secretId: 's' };
const ENVIRONMENT = { ARI_NODES: JSON.stringify([NODE]), EVENT_BUS_NAME: 'calls', AWS_REGION: 'eu-west-1' };

describe('the configuration', () => {
  test('has defaults for everything that need not be said', () => {
    expect(readConfig(ENVIRONMENT)).toEqual({
      nodes: [NODE],
      eventBusName: 'calls',
      healthPort: 8080,
      journalFolder: '/var/lib/ari-eventbridge',
      journalMaxBytes: 1024 * 1024 * 1024,
      memoryMaxBytes: 32 * 1024 * 1024,
      filter: expect.any(EventFilter),
      deadLetterQueueUrl: undefined,
      metricsIntervalSeconds: 60,
      putEventsMaxBytes: 900_000,
      putEventsConcurrency: 8,
      drainSeconds: 25,
    });
  });

  test('reads the private authority of a node', () => {
    const { path, remove } = temporaryFolder();
    onTestFinished(remove);
    const { ca } = privateCertificate();
    writeFileSync(join(path, 'ca.pem'), ca);
    const node = (caFile: string) => JSON.stringify([{ ...NODE, caFile: join(path, caFile) }]);
    expect(readConfig({ ...ENVIRONMENT, ARI_NODES: node('ca.pem') }).nodes[0]?.ca).toBe(ca.trim());
    expect(() => readConfig({ ...ENVIRONMENT, ARI_NODES: node('none.pem') })).toThrow(
      /ARI_NODES: node "pbx-1": expected `caFile` to name a PEM file .*ENOENT/,
    );
  });

  test('takes numbers from the environment', () => {
    expect(readConfig({ ...ENVIRONMENT, HEALTH_PORT: '0', DRAIN_SECONDS: '3' })).toMatchObject({
      healthPort: 0,
      drainSeconds: 3,
    });
  });

  test('forwards all but the bulk that no call waits for, where no filter is given', () => {
    const { filter } = readConfig(ENVIRONMENT);
    const passes = (type: string) => filter.passes({ text: '', event: { type } }, [], 'pbx-1');
    expect(['StasisStart', 'ChannelVarset', 'ChannelDialplan'].map(passes)).toEqual([true, false, false]);
  });

  test('takes from the environment where events wait, where those go that nobody takes, and which are forwarded', () => {
    const config = readConfig({
      ...ENVIRONMENT,
      JOURNAL_FOLDER: '/mnt/journal',
      DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/letters',
      EVENT_FILTER: '[{"detail-type":["Dial"]}]',
    });
    expect(config.journalFolder).toBe('/mnt/journal');
    expect(config.deadLetterQueueUrl).toBe('https://sqs.eu-west-1.amazonaws.com/123456789012/letters');
    const passes = (type: string) => config.filter.passes({ text: '', event: { type } }, [], 'pbx-1');
    expect([passes('Dial'), passes('StasisStart')]).toEqual([true, false]);
  });

  test.each(['{', '{}', '[]', '"Dial"', '[null]', '["Dial"]', '[{"detail-type":[{"sounds-like":"Dial"}]}]'])(
    'refuses an EVENT_FILTER that is %s',
    (EVENT_FILTER) => {
      expect(() => readConfig({ ...ENVIRONMENT, EVENT_FILTER })).toThrow(/EVENT_FILTER: expected a JSON list/);
    },
  );

  test.each(['letters', 'arn:aws:sqs:eu-west-1:123456789012:letters'])(
    'refuses a DEAD_LETTER_QUEUE_URL that is %s',
    (DEAD_LETTER_QUEUE_URL) => {
      expect(() => readConfig({ ...ENVIRONMENT, DEAD_LETTER_QUEUE_URL })).toThrow(/expected the URL of an SQS queue/);
    },
  );

  test('lists every fault at once, each in a sentence', () => {
    const broken = {
      ARI_NODES: JSON.stringify([{ ...NODE, secretId: '', apps: [] }]),
      HEALTH_PORT: 'x',
      DRAIN_SECONDS: '-1',
    };
    const error = (() => {
      try {
        return readConfig(broken);
      } catch (thrown) {
        return thrown as ConfigError;
      }
    })() as ConfigError;
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.faults).toEqual([
      'ARI_NODES: node "pbx-1": expected `apps` to list at least one Stasis application, got []',
      'ARI_NODES: node "pbx-1": expected `secretId`, the secret with its ARI user, got nothing',
      'EVENT_BUS_NAME: expected the name or ARN of the event bus, got nothing',
      'AWS_REGION: expected the region of the event bus, such as "eu-west-1", got nothing',
      'HEALTH_PORT: expected an integer from 0 to 65535, got "x"',
      'DRAIN_SECONDS: expected an integer from 0 to 120, got "-1"',
    ]);
    for (const fault of error.faults) expect(error.message).toContain(fault);
  });

  test.each([undefined, '', '{', '{}', 'null'])('refuses ARI_NODES that is %j', (ARI_NODES) => {
    expect(() => readConfig({ ...ENVIRONMENT, ARI_NODES })).toThrow(/ARI_NODES: expected (JSON|a list)/);
  });
});
