import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseCredentials } from '../lib/ari/credentials.ts';
import { userSecretName } from '../lib/ari/node.ts';
import type { NodePasswords, UserRole } from '../lib/asterisk/ari-conf.ts';

/** Reads a node's users from the secrets that the stacks gave their names. */
export async function readNodeSecrets(node: string): Promise<NodePasswords> {
  const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const read = async (client: SecretsManagerClient, role: UserRole) => {
    const SecretId = userSecretName(node, role);
    const { SecretString } = await explained(client, SecretId, client.send(new GetSecretValueCommand({ SecretId })));
    return parseCredentials(SecretId, SecretString);
  };
  return withClient(async (client) => ({
    connector: await read(client, 'connector'),
    handlers: await read(client, 'handlers'),
  }));
}

/** Stores the users of a node in its secrets, which a deploy has made. */
export async function pushNodeSecrets(node: string, passwords: NodePasswords): Promise<string[]> {
  const { PutSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  return withClient(async (client) => {
    const stored: string[] = [];
    for (const role of ['connector', 'handlers'] as const) {
      const SecretId = userSecretName(node, role);
      const { username, password } = passwords[role];
      const SecretString = JSON.stringify({ username, password });
      await explained(client, SecretId, client.send(new PutSecretValueCommand({ SecretId, SecretString })));
      stored.push(SecretId);
    }
    return stored;
  });
}

async function withClient<T>(use: (client: SecretsManagerClient) => Promise<T>): Promise<T> {
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({});
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

async function explained<T>(client: SecretsManagerClient, secretId: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const { name, message } = error as Error;
    const region = await client.config.region().catch(() => undefined);
    const where = `Secret ${secretId}${region === undefined ? '' : ` in ${region}`}`;
    if (name === 'ResourceNotFoundException') {
      throw new Error(`${where}: there is none; deploy first (npx cdk deploy --all), with this region and account`);
    }
    throw new Error(`${where}: ${name}: ${message}`);
  }
}
