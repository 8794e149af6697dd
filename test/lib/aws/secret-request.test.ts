import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { requestSecret } from '../../../lib/aws/secret-request.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** The environment of a Lambda function whose Secrets Manager answers like this. */
async function lambda(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'key',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  };
}

test('a secret is read by one request that is signed with the credentials of the environment', async () => {
  const asked: object[] = [];
  const environment = await lambda(({ method, url, headers }, response) => {
    asked.push({ method, url, ...headers });
    response.end(JSON.stringify({ Name: 's', SecretString: 'the text' }));
  });
  expect(await requestSecret('s', environment)).toBe('the text');
  expect(asked).toEqual([
    expect.objectContaining({
      method: 'POST',
      url: '/',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      'x-amz-security-token': 'token',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/secretsmanager\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/,
      ),
    }),
  ]);
});

test('the request names the secret', async () => {
  let body = '';
  const environment = await lambda(async (request, response) => {
    body = await text(request);
    response.end('{"SecretString":"x"}');
  });
  await requestSecret('arn:aws:secretsmanager:eu-west-1:1:secret:s-1', environment);
  expect(JSON.parse(body)).toEqual({ SecretId: 'arn:aws:secretsmanager:eu-west-1:1:secret:s-1' });
});

test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
  ['is refused', (_, response) => void response.writeHead(400).end('{"__type":"AccessDeniedException"}')],
  ['has a binary secret for an answer', (_, response) => void response.end('{"SecretBinary":"AA=="}')],
  ['has no JSON for an answer', (_, response) => void response.end('<html>')],
  ['breaks', ({ socket }) => void socket.destroy()],
])('where the request %s, the SDK is to be asked', async (_, answer) => {
  expect(await requestSecret('s', await lambda(answer))).toBeUndefined();
});

test.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])('without %s nothing is sent', async (name) => {
  let asked = 0;
  const environment = await lambda((_, response) => {
    asked += 1;
    response.end('{}');
  });
  expect(await requestSecret('s', { ...environment, [name]: undefined })).toBeUndefined();
  expect(asked).toBe(0);
});
