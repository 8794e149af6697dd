import { type Credentials, parseCredentials } from '../../ari/credentials.ts';

/** An ARI user out of Secrets Manager, by the secret's id or ARN. The SDK is loaded when the first one is asked for. */
export async function readSecret(secretId: string): Promise<Credentials> {
  const { SecretsManagerClient, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const { SecretString } = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: secretId }));
  return parseCredentials(secretId, SecretString);
}
