import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type CredentialsProvider, cachedCredentials, parseCredentials } from '../lib/ari/credentials.ts';

/** ARI credentials from Secrets Manager, by the secret's id or ARN. */
export function secretCredentials(client: SecretsManagerClient, secretId: string): CredentialsProvider {
  return cachedCredentials(async () => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return parseCredentials(secretId, SecretString);
  });
}

/** A Secrets Manager client that gives up on a hanging network instead of waiting with it. */
export function secretsManagerClient(): SecretsManagerClient {
  return new SecretsManagerClient({ requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000 } });
}
