import type { IncomingMessage } from 'node:http';
import { parseJsonObject } from '../json.ts';
import { type AwsEnvironment, endpointOf } from './endpoint.ts';
import { AwsSigner } from './signature.ts';

/** How long Secrets Manager may take before the SDK is asked, which tries more often and knows other credentials. */
const LIMIT_MS = 2000;

/**
 * Reads a secret's text by one signed request, with the credentials that Lambda sets in the environment. The SDK, which takes
 * 60 to 90 ms to load, is not.
 *
 * @param secretId name or ARN
 * @returns `undefined` where the environment has no credentials, and where the request fails for any reason: ask the SDK then
 * @example
 * const text = (await requestSecret(secretId)) ?? (await readSecret(secretId));
 */
export async function requestSecret(
  secretId: string,
  environment: AwsEnvironment = process.env,
): Promise<string | undefined> {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (!AWS_REGION || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  try {
    const endpoint = endpointOf('secretsmanager', AWS_REGION, environment);
    const body = JSON.stringify({ SecretId: secretId });
    const headers = {
      host: endpoint.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
    };
    const credentials = {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    };
    const signed = new AwsSigner(AWS_REGION, 'secretsmanager').sign(
      { method: 'POST', path: endpoint.pathname, headers, body },
      credentials,
      new Date(),
    );
    const { SecretString } = parseJsonObject(await post(endpoint, signed, body)) ?? {};
    return typeof SecretString === 'string' ? SecretString : undefined;
  } catch {
    return undefined;
  }
}

/** @throws where there is no answer in time, or another one than 200 */
function post(endpoint: URL, headers: Record<string, string>, body: string): Promise<string> {
  // Loaded when needed: a test that uses plain HTTP does not load TLS.
  const http = process.getBuiltinModule(endpoint.protocol === 'https:' ? 'node:https' : 'node:http');
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, signal: AbortSignal.timeout(LIMIT_MS) };
    const request = http.request(endpoint, options, (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`HTTP status ${response.statusCode}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
