import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseCredentials } from '../lib/ari/credentials.ts';
import type { UserRole } from '../lib/ari/node.ts';
import type { NodePasswords } from '../lib/asterisk/ari-conf.ts';
import { AwsError } from '../lib/aws/errors.ts';
import { readSecret, secretsManagerClient, writeSecret } from '../lib/aws/secrets-manager.ts';

/** Names or ARNs of the secrets of a node's users. */
export type NodeSecretIds = Record<UserRole, string>;

/** Reads a node's users from Secrets Manager. */
export async function readNodeSecrets(ids: NodeSecretIds): Promise<NodePasswords> {
  const read = async (client: SecretsManagerClient, role: UserRole) => {
    const name = ids[role];
    return parseCredentials(name, await explained(readSecret(name, client)));
  };
  return withClient(async (client) => ({
    connector: await read(client, 'connector'),
    handlers: await read(client, 'handlers'),
  }));
}

/** Stores the users of a node in its secrets, which a deployment has created. */
export async function pushNodeSecrets(ids: NodeSecretIds, passwords: NodePasswords): Promise<string[]> {
  return withClient(async (client) => {
    const stored: string[] = [];
    for (const role of ['connector', 'handlers'] as const) {
      const name = ids[role];
      const { username, password } = passwords[role];
      await explained(writeSecret(name, JSON.stringify({ username, password }), client));
      stored.push(name);
    }
    return stored;
  });
}

async function withClient<T>(use: (client: SecretsManagerClient) => Promise<T>): Promise<T> {
  const client = await secretsManagerClient();
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

/** Says what to do where there is no such secret. */
async function explained<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    throw new Error(`${error.message} Deploy first (npx cdk deploy --all), with this region and account.`);
  }
}
