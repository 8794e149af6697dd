import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AwsEndpoint } from '../../../lib/local/aws-endpoint.ts';
import { Bus, type BusEvent } from '../../../lib/local/bus.ts';
import { Secrets } from '../../../lib/local/secrets.ts';

const RULE = {
  title: 'Starts',
  busName: 'calls',
  pattern: { 'detail-type': ['StasisStart'] },
  targets: ['fn-1', 'fn-2'],
};
const seen: BusEvent[] = [];
const invoked: [string, BusEvent][] = [];
const generated = { arn: 'arn:s', template: { username: 'connector' }, generateKey: 'password', passwordLength: 32 };

let endpoint: AwsEndpoint;
let events: EventBridgeClient;
let secrets: SecretsManagerClient;

beforeAll(async () => {
  const bus = new Bus(['calls'], [RULE], {
    onEvent: (event) => seen.push(event),
    invoke: (target, event) => invoked.push([target, event]),
  });
  endpoint = new AwsEndpoint(bus, new Secrets([generated]));
  const config = {
    endpoint: await endpoint.listen(),
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  events = new EventBridgeClient(config);
  secrets = new SecretsManagerClient(config);
});
afterAll(() => endpoint.close());
beforeEach(() => {
  seen.length = 0;
  invoked.length = 0;
});

const entry = { Source: 's', DetailType: 'StasisStart', Detail: '{"a":1}', EventBusName: 'calls' };

describe('PutEvents by the real SDK', () => {
  test('puts an event on the bus in the form that targets receive', async () => {
    const Time = new Date('2026-11-23T08:24:51.242Z');
    const { Entries } = await events.send(new PutEventsCommand({ Entries: [{ ...entry, Time, Resources: ['r'] }] }));
    expect(seen).toEqual([
      {
        version: '0',
        id: Entries?.[0]?.EventId,
        'detail-type': 'StasisStart',
        source: 's',
        account: '000000000000',
        time: '2026-11-23T08:24:51Z',
        region: 'us-east-1',
        resources: ['r'],
        detail: { a: 1 },
      },
    ]);
    expect(invoked).toEqual([
      ['fn-1', seen[0]],
      ['fn-2', seen[0]],
    ]);
  });

  test('routes only what the rule matches, on its own bus', async () => {
    await events.send(new PutEventsCommand({ Entries: [{ ...entry, DetailType: 'StasisEnd' }] }));
    expect([seen.length, invoked.length]).toEqual([1, 0]);
  });

  test('refuses single entries, in their place', async () => {
    const broken = [{ ...entry, Source: '' }, entry, { ...entry, Detail: '[1]' }, { ...entry, EventBusName: 'other' }];
    const { Entries, FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: broken }));
    expect(FailedEntryCount).toBe(3);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      'InvalidArgument',
      undefined,
      'MalformedDetail',
      'ResourceNotFoundException',
    ]);
    expect(Entries?.[0]?.ErrorMessage).toBe('Parameter Source is not valid. Reason: Source is a required argument.');
  });

  test('refuses more than ten entries', async () => {
    const many = events.send(new PutEventsCommand({ Entries: Array(11).fill(entry) }));
    await expect(many).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('GetSecretValue by the real SDK', () => {
  test('gives the generated user and password', async () => {
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: 'arn:s' }));
    expect(JSON.parse(SecretString)).toEqual({
      username: 'connector',
      password: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    });
  });

  test('refuses a secret that does not exist', async () => {
    const asked = secrets.send(new GetSecretValueCommand({ SecretId: 'arn:other' }));
    await expect(asked).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
