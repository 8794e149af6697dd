import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { readSecret, secretsManagerClient, writeSecret } from '../../../lib/aws/secrets-manager.ts';
import { type AwsReply, type AwsRequest, awsStub } from '../../support/aws-stub.ts';
import { freePort } from '../../support/free-port.ts';

beforeEach(() => {
  const environment = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_MAX_ATTEMPTS: '1',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
});

async function secretsManager(answer: (request: AwsRequest) => AwsReply) {
  const { url, requests } = await awsStub(answer);
  vi.stubEnv('AWS_ENDPOINT_URL', url.href);
  return requests;
}

test('a secret is read as its text', async () => {
  const requests = await secretsManager(() => ({ body: { SecretString: '{"username":"u"}' } }));
  expect(await readSecret('user')).toBe('{"username":"u"}');
  expect(requests[0]).toMatchObject({ target: 'secretsmanager.GetSecretValue', body: '{"SecretId":"user"}' });
});

test('a binary secret has no text', async () => {
  await secretsManager(() => ({ body: { SecretBinary: 'aGlkZGVu' } }));
  expect(await readSecret('user')).toBeUndefined();
});

test('one client reads and stores many secrets', async () => {
  const secrets: Record<string, string> = {};
  await secretsManager(({ target, body }) => {
    const { SecretId, SecretString } = JSON.parse(body) as Record<string, string>;
    if (target === 'secretsmanager.PutSecretValue') secrets[SecretId as string] = SecretString as string;
    return { body: { SecretString: secrets[SecretId as string] } };
  });
  const client = await secretsManagerClient();
  onTestFinished(() => client.destroy());
  for (const name of ['a', 'b']) await writeSecret(name, `text of ${name}`, client);
  expect([await readSecret('a', client), await readSecret('b', client)]).toEqual(['text of a', 'text of b']);
});

test('a refusal names the secret, its region and AWS’s code', async () => {
  await secretsManager(() => ({ status: 400, body: { __type: 'AccessDeniedException', message: 'not you' } }));
  const refused = {
    code: 'AccessDeniedException',
    message: 'Secret user in eu-west-1: AccessDeniedException: not you',
  };
  await expect(readSecret('user')).rejects.toMatchObject(refused);
  const client = await secretsManagerClient();
  onTestFinished(() => client.destroy());
  await expect(writeSecret('user', 'hidden', client)).rejects.toMatchObject(refused);
});

test('a service on whose port nothing listens is an error that names the cause', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${await freePort()}`);
  await expect(readSecret('user')).rejects.toThrow(/^Secret user in eu-west-1: ECONNREFUSED: /);
});

test('a service that never answers is given up', async () => {
  const { url } = await awsStub(() => new Promise<AwsReply>(() => {}));
  vi.stubEnv('AWS_ENDPOINT_URL', url.href);
  const client = await secretsManagerClient({ connectionTimeout: 500, requestTimeout: 500 });
  onTestFinished(() => client.destroy());
  await expect(readSecret('user', client)).rejects.toThrow(/^Secret user in eu-west-1: TimeoutError: .*500 ms/);
});
