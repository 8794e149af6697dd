import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseCredentials } from '../lib/ari/credentials.ts';
import { userSecretName } from '../lib/ari/node.ts';
import type { NodePasswords, UserRole } from '../lib/asterisk/ari-conf.ts';
import { AwsError } from '../lib/aws/errors.ts';
import { readSecret, secretsManagerClient, writeSecret } from '../lib/aws/secrets-manager.ts';

/** Reads a node's users from Secrets Manager, under the names that the stacks gave the secrets. */
export async function readNodeSecrets(node: string): Promise<NodePasswords> {
  const read = async (client: SecretsManagerClient, role: UserRole) => {
    const name = userSecretName(node, role);
    return parseCredentials(name, await explained(readSecret(name, client)));
  };
  return withClient(async (client) => ({
    connector: await read(client, 'connector'),
    handlers: await read(client, 'handlers'),
  }));
}

/** Stores the users of a node in its secrets, which a deployment has created. */
export async function pushNodeSecrets(node: string, passwords: NodePasswords): Promise<string[]> {
  return withClient(async (client) => {
    const stored: string[] = [];
    for (const role of ['connector', 'handlers'] as const) {
      const name = userSecretName(node, role);
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
