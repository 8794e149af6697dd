import type { AwsEnvironment } from './endpoint.ts';
import { lambdaRequestOnce } from './lambda-request.ts';

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
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'secretsmanager.GetSecretValue',
  };
  const body = JSON.stringify({ SecretId: secretId });
  try {
    const request = { service: 'secretsmanager', method: 'POST', headers, body } as const;
    const answer = await lambdaRequestOnce(request, environment, LIMIT_MS);
    const text = answer.status === 200 ? answer.body?.SecretString : undefined;
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}
