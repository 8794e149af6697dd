import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../connector/config.ts';

const NODE = { name: 'pbx-1', url: 'https://pbx-1.example.com/ari', apps: ['a'], secretId: 's' };
const ENVIRONMENT = { ARI_NODES: JSON.stringify([NODE]), EVENT_BUS_NAME: 'calls', AWS_REGION: 'eu-west-1' };

describe('the configuration', () => {
  test('has defaults for everything that need not be said', () => {
    expect(readConfig(ENVIRONMENT)).toEqual({
      nodes: [NODE],
      eventBusName: 'calls',
      healthPort: 8080,
      journalMaxBytes: 64 * 1024 * 1024,
      putEventsMaxBytes: 900_000,
      putEventsConcurrency: 8,
      drainSeconds: 25,
    });
  });

  test('takes numbers from the environment', () => {
    expect(readConfig({ ...ENVIRONMENT, HEALTH_PORT: '0', DRAIN_SECONDS: '3' })).toMatchObject({
      healthPort: 0,
      drainSeconds: 3,
    });
  });

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
