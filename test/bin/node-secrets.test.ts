import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pushNodeSecrets, readNodeSecrets } from '../../bin/node-secrets.ts';
import { type AwsReply, type AwsRequest, awsStub } from '../support/aws-stub.ts';

const ENVIRONMENT = [
  'AWS_ENDPOINT_URL',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_REGION',
  'AWS_MAX_ATTEMPTS',
];
const before = Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name]]));
beforeEach(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'eu-central-1' });
  process.env.AWS_MAX_ATTEMPTS = '1';
});
afterEach(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** Secrets Manager with these secrets, by name. */
async function secretsManager(secrets: Record<string, string>, refuse?: AwsReply) {
  const answer = ({ target, body }: AwsRequest): AwsReply => {
    const { SecretId, SecretString } = JSON.parse(body) as { SecretId: string; SecretString: string };
    if (refuse) return refuse;
    if (secrets[SecretId] === undefined) {
      return {
        status: 400,
        body: { __type: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret." },
      };
    }
    if (target === 'secretsmanager.PutSecretValue') secrets[SecretId] = SecretString;
    return { body: { Name: SecretId, SecretString: secrets[SecretId] } };
  };
  const stub = await awsStub(answer);
  process.env.AWS_ENDPOINT_URL = stub.url.href;
  return stub;
}

const IDS = { connector: 'ari-eventbridge/pbx-1/connector', handlers: 'ari-eventbridge/pbx-1/handlers' };
const secret = (username: string, password: string) => JSON.stringify({ username, password });
const USERS = {
  connector: { username: 'connector', password: 'one' },
  handlers: { username: 'handlers', password: 'other' },
};

test('the users of a node are read from the secrets of their names', async () => {
  await secretsManager({
    'ari-eventbridge/pbx-1/connector': secret('connector', 'one'),
    'ari-eventbridge/pbx-1/handlers': secret('handlers', 'other'),
  });
  expect(await readNodeSecrets(IDS)).toEqual(USERS);
});

test('the users of a node are stored in them', async () => {
  const secrets = { 'ari-eventbridge/pbx-1/connector': 'x', 'ari-eventbridge/pbx-1/handlers': 'x' };
  await secretsManager(secrets);
  expect(await pushNodeSecrets(IDS, USERS)).toEqual(Object.keys(secrets));
  expect(Object.values(secrets)).toEqual([secret('connector', 'one'), secret('handlers', 'other')]);
});

describe('says what to do', () => {
  test.each([
    ['reading', () => readNodeSecrets(IDS)],
    ['storing', () => pushNodeSecrets(IDS, USERS)],
  ])('when the secret does not exist, %s', async (_, act) => {
    await secretsManager({});
    await expect(act()).rejects.toThrow(
      "Secret ari-eventbridge/pbx-1/connector in eu-central-1: ResourceNotFoundException: Secrets Manager can't find the specified secret. Deploy first (npx cdk deploy --all)",
    );
  });

  test('when AWS refuses, with its own message', async () => {
    await secretsManager({}, { status: 400, body: { __type: 'AccessDeniedException', message: 'not you' } });
    await expect(readNodeSecrets(IDS)).rejects.toThrow(
      'Secret ari-eventbridge/pbx-1/connector in eu-central-1: AccessDeniedException: not you',
    );
  });

  test('when a secret has another form, without its content', async () => {
    await secretsManager({ 'ari-eventbridge/pbx-1/connector': '{"password":"hidden"}' });
    await expect(readNodeSecrets(IDS)).rejects.toThrow(
      /^(?!.*hidden)Secret ari-eventbridge\/pbx-1\/connector: expected JSON.*missing "username"$/,
    );
  });
});
