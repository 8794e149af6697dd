import { type CredentialsProvider, cachedCredentials, parseCredentials } from '../ari/credentials.ts';

/**
 * ARI credentials from Secrets Manager. The SDK costs 60 to 90 ms to load, so it is loaded when the first
 * command needs it and never before.
 *
 * @param secretId id or ARN of a secret of the form `{"username":"…","password":"…"}`
 */
export function secretsManagerCredentials(secretId: string): CredentialsProvider {
  return cachedCredentials(async () => {
    const { SecretsManagerClient, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    const client = new SecretsManagerClient({});
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return parseCredentials(secretId, SecretString);
  });
}
