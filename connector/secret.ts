import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type CredentialsProvider, cachedCredentials, parseCredentials } from '../lib/ari/credentials.ts';
import { AWS_TIMEOUTS } from '../lib/aws/timeouts.ts';

/** ARI credentials from Secrets Manager, by the secret's id or ARN. */
export function secretCredentials(client: SecretsManagerClient, secretId: string): CredentialsProvider {
  return cachedCredentials(async () => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return parseCredentials(secretId, SecretString);
  });
}

/**
 * A Secrets Manager client with timeouts. Without `throwOnRequestTimeout` the SDK only warns about a request that is not
 * answered, and waits without limit.
 */
export function secretsManagerClient(): SecretsManagerClient {
  return new SecretsManagerClient({ requestHandler: { ...AWS_TIMEOUTS, throwOnRequestTimeout: true } });
}
