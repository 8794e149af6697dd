import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { secretsManagerCredentials } from '../../../lib/call-handler/credentials.ts';

const sdk = vi.hoisted(() => ({ asked: 0 }));
vi.mock('@aws-sdk/client-secrets-manager', () => ({
  SecretsManagerClient: class {
    async send() {
      sdk.asked += 1;
      return { SecretString: JSON.stringify({ username: 'u', password: 'by the SDK' }) };
    }
    destroy() {}
  },
  GetSecretValueCommand: class {},
}));

let extension: Server | undefined;
afterEach(() => {
  extension?.close();
  sdk.asked = 0;
});

/** Lambda's extension, and the requests to it. */
async function startExtension(status = 200) {
  const asked: [string | undefined, unknown][] = [];
  extension = createServer((request, response) => {
    asked.push([request.url, request.headers['x-aws-parameters-secrets-token']]);
    response
      .writeHead(status)
      .end(JSON.stringify({ SecretString: JSON.stringify({ username: 'u', password: 'by the extension' }) }));
  });
  await new Promise<void>((resolve) => extension?.listen(0, 'localhost', resolve));
  const port = String((extension.address() as AddressInfo).port);
  return { asked, environment: { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port, AWS_SESSION_TOKEN: 'token' } };
}

test('the extension is used where it is present, with its token', async () => {
  const { asked, environment } = await startExtension();
  const credentials = secretsManagerCredentials('arn:a/b', environment);
  expect(await credentials.get()).toEqual({ username: 'u', password: 'by the extension' });
  expect(asked).toEqual([['/secretsmanager/get?secretId=arn%3Aa%2Fb', 'token']]);
  expect(sdk.asked).toBe(0);
});

test('its cache is outdated after a rotation, so credentials are refreshed with the SDK', async () => {
  const { asked, environment } = await startExtension();
  const credentials = secretsManagerCredentials('s', environment);
  await credentials.get();
  expect(await credentials.refresh()).toMatchObject({ password: 'by the SDK' });
  expect([asked.length, sdk.asked]).toEqual([1, 1]);
});

test.each([
  ['where it is absent', {}],
  ['where it does not answer', { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: '1' }],
])('the SDK is used %s', async (_, environment) => {
  expect(await secretsManagerCredentials('s', environment).get()).toMatchObject({ password: 'by the SDK' });
});

test('the SDK is used where the extension refuses', async () => {
  const { environment } = await startExtension(400);
  expect(await secretsManagerCredentials('s', environment).get()).toMatchObject({ password: 'by the SDK' });
});
