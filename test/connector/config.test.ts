import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError, type ConnectorConfig, readConfig } from '../../connector/config.ts';
import { DEFAULT_FILTER, EventFilter } from '../../connector/event-filter.ts';
import type { EventPattern } from '../../lib/events/pattern/index.ts';
import { privateCertificate } from '../asterisk/certificate.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NODE = { name: 'pbx-1', url: 'https://pbx-1.example.com/ari', apps: ['a'], secretId: 's' };
const ENVIRONMENT = { ARI_NODES: JSON.stringify([NODE]), EVENT_BUS_NAME: 'calls', AWS_REGION: 'eu-west-1' };

describe('the configuration', () => {
  test('needs the nodes, the bus and the region only', () => {
    expect(readConfig(ENVIRONMENT)).toMatchObject({ nodes: [NODE], eventBusName: 'calls' });
  });

  test('reads the private certificate authority of a node', () => {
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

  test('takes the table of connectors from the environment, and whether the bus is new', () => {
    const config = readConfig({ ...ENVIRONMENT, STATE_TABLE_NAME: 'connectors', NEW_BUS: 'true' });
    expect([config.stateTableName, config.isNewBus]).toEqual(['connectors', true]);
    expect(() => readConfig({ ...ENVIRONMENT, STATE_TABLE_NAME: 'a b', NEW_BUS: 'yes' })).toThrow(
      /STATE_TABLE_NAME: expected the name of a DynamoDB table, got "a b"\n.*NEW_BUS: expected true or false, got "yes"/s,
    );
  });

  test('has the default event filter where none is given', () => {
    const { filter } = readConfig(ENVIRONMENT);
    const passes = (type: string) => filter.passes({ text: '', event: { type } }, [], 'pbx-1');
    expect(['StasisStart', 'ChannelVarset', 'ChannelDialplan'].map(passes)).toEqual([true, false, false]);
  });

  test('takes the journal’s folder, the dead-letter queue and the event filter from the environment', () => {
    const config = readConfig({
      ...ENVIRONMENT,
      JOURNAL_FOLDER: '/mnt/journal',
      DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/letters',
      LEFTOVER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/leftovers.fifo',
      EVENT_FILTER: '[{"detail-type":["Dial"]}]',
    });
    expect(config.journalFolder).toBe('/mnt/journal');
    expect(config.deadLetterQueueUrl).toBe('https://sqs.eu-west-1.amazonaws.com/123456789012/letters');
    expect(config.leftoverQueueUrl).toBe('https://sqs.eu-west-1.amazonaws.com/123456789012/leftovers.fifo');
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

  test('lists all faults at once, each with what was expected and what came', () => {
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

describe('docs/connector.md', () => {
  interface Row {
    name: string;
    byDefault: string;
    bounds: string;
  }
  const document = readFileSync(new URL('../../docs/connector.md', import.meta.url), 'utf8');
  const [, section = ''] = document.split('\n## Configuration\n');
  const rows = section
    .split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line): Row => {
      const [, variable = '', , byDefault = '', bounds = ''] = line.split(/(?<!\\) ?\| ?/);
      return { name: /^`(\w+)`/.exec(variable)?.[1] ?? variable, byDefault, bounds };
    }) as Row[];

  test('lists exactly the variables that the connector reads', () => {
    const read = new Set<string>();
    readConfig(
      new Proxy<NodeJS.ProcessEnv>(ENVIRONMENT, {
        get: (target, name) => {
          read.add(String(name));
          return target[String(name)];
        },
      }),
    );
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...read].toSorted());
  });

  test.each(rows.filter(({ bounds }) => bounds !== ''))(
    'is right about the number $name',
    ({ name, byDefault, bounds }) => {
      const [min = Number.NaN, max = Number.NaN] = bounds.split(' to ').map(numberOf);
      const read = (environment: NodeJS.ProcessEnv) =>
        readConfig({ ...ENVIRONMENT, ...environment })[settingOf(name)] as unknown;
      expect(read({})).toBe(numberOf(byDefault));
      expect([read({ [name]: String(min) }), read({ [name]: String(max) })]).toEqual([min, max]);
      for (const outside of [min - 1, max + 1]) {
        expect(() => read({ [name]: String(outside) })).toThrow(
          `${name}: expected an integer from ${min} to ${max}, got "${outside}"`,
        );
      }
    },
  );

  test.each(rows.filter(({ byDefault }) => byDefault === 'required'))('is right that $name is required', ({ name }) => {
    expect(() => readConfig({ ...ENVIRONMENT, [name]: undefined })).toThrow(`- ${name}: expected `);
  });

  test('is right about every other default', () => {
    const others = rows.filter(({ bounds, byDefault }) => bounds === '' && byDefault !== 'required');
    const told = new Map(others.map(({ name, byDefault }) => [name, byDefault.replace(/^`|`$/g, '')]));
    const { filter, journalFolder, deadLetterQueueUrl, leftoverQueueUrl, metricsNamespace, stateTableName, isNewBus } =
      readConfig(ENVIRONMENT);
    expect(told.get('METRICS_NAMESPACE')).toBe(metricsNamespace);
    expect([...told.keys()].toSorted()).toEqual([
      'ARI_NODES_FILE',
      'DEAD_LETTER_QUEUE_URL',
      'EVENT_FILTER',
      'JOURNAL_FOLDER',
      'LEFTOVER_QUEUE_URL',
      'METRICS_NAMESPACE',
      'NEW_BUS',
      'STATE_TABLE_NAME',
    ]);
    expect(told.get('STATE_TABLE_NAME')).toMatch(/^none/);
    expect([stateTableName, String(isNewBus)]).toEqual([undefined, told.get('NEW_BUS')]);
    expect(told.get('JOURNAL_FOLDER')).toBe(journalFolder);
    expect(told.get('DEAD_LETTER_QUEUE_URL')).toMatch(/^none/);
    expect(told.get('LEFTOVER_QUEUE_URL')).toMatch(/^none/);
    expect([deadLetterQueueUrl, leftoverQueueUrl]).toEqual([undefined, undefined]);
    const patterns = JSON.parse(told.get('EVENT_FILTER') ?? '') as EventPattern[];
    expect(patterns).toEqual(DEFAULT_FILTER);
    expect(filter.excludedTypes()).toEqual(new EventFilter(patterns).excludedTypes());
  });
});

/** `HEALTH_PORT` → `healthPort` */
function settingOf(variable: string): keyof ConnectorConfig {
  return variable.toLowerCase().replace(/_(\w)/g, (_, letter) => letter.toUpperCase()) as keyof ConnectorConfig;
}

/** `900,000` or `32 MiB`. */
function numberOf(text: string): number {
  const [, digits = '', unit = ''] = /^([\d,]+)(?: ([KMGT]iB))?$/.exec(text) ?? [];
  if (digits === '') throw new Error(`expected a number, got "${text}"`);
  return Number(digits.replaceAll(',', '')) * 1024 ** ['', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit);
}
