import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsError } from './errors.ts';
import { AWS_TIMEOUTS } from './timeouts.ts';

/**
 * Reads a secret's text from Secrets Manager. Loads the SDK, which takes 60 to 90 ms, at the first call and not before:
 * importing this file costs a handler nothing.
 *
 * @param secretId name or ARN
 * @param client for many secrets; without one a client is made for this secret alone
 * @returns `undefined` where the secret is binary
 * @throws AwsError naming the secret, its region and AWS's code
 *
 * @example
 * const credentials = parseCredentials(secretId, await readSecret(secretId));
 */
export async function readSecret(secretId: string, client?: SecretsManagerClient): Promise<string | undefined> {
  const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const own = client ?? (await secretsManagerClient());
  try {
    const { SecretString } = await own.send(new GetSecretValueCommand({ SecretId: secretId }));
    return SecretString;
  } catch (error) {
    throw await failureOf(own, secretId, error);
  } finally {
    if (!client) own.destroy();
  }
}

/**
 * Stores a secret's text as its current version.
 *
 * @param secretId name or ARN of a secret that exists
 * @throws AwsError naming the secret, its region and AWS's code
 */
export async function writeSecret(secretId: string, text: string, client: SecretsManagerClient): Promise<void> {
  const { PutSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  try {
    await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: text }));
  } catch (error) {
    throw await failureOf(client, secretId, error);
  }
}

/**
 * A client with timeouts, in milliseconds. Without `throwOnRequestTimeout` the SDK only warns about a request that is not
 * answered, and waits without limit.
 */
export async function secretsManagerClient(
  timeouts: typeof AWS_TIMEOUTS = AWS_TIMEOUTS,
): Promise<SecretsManagerClient> {
  const { SecretsManagerClient: Client } = await import('@aws-sdk/client-secrets-manager');
  return new Client({ requestHandler: { ...timeouts, throwOnRequestTimeout: true } });
}

async function failureOf(client: SecretsManagerClient, secretId: string, error: unknown): Promise<AwsError> {
  const { name, message, code } = error as Error & { code?: string };
  const region = await client.config.region().catch(() => undefined);
  // A service's refusal has its code for a name, a network's failure a code of the system's.
  return new AwsError(
    name === 'Error' || name === 'AggregateError' ? (code ?? name) : name,
    message,
    `Secret ${secretId}${region === undefined ? '' : ` in ${region}`}: `,
  );
}
