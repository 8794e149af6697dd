import { type AriNode, userSecretId } from '../lib/ari/node.ts';
import { AwsError } from '../lib/aws/errors.ts';
import { AwsRequests } from '../lib/aws/requests.ts';
import { secretsManagerClient } from '../lib/aws/secrets-manager.ts';
import { isJsonObject } from '../lib/json.ts';
import { Account } from '../lib/preflight/account.ts';
import { planOf } from '../lib/preflight/plan.ts';
import { contextOf } from './configured-nodes.ts';

/**
 * The fixed address by which the deployment of cdk.json reaches Asterisk: an output of the stack that made the handlers' secret.
 *
 * @param root the folder with cdk.json
 * @param node of which the users are
 * @returns `missing` where there is none: why, or `undefined` where cdk.json asks for none
 */
export async function egressAddress(root: string, node: AriNode): Promise<string | { missing: string | undefined }> {
  const { context } = await contextOf(root);
  // Of a private network and of an existing one Asterisk sees other addresses.
  const { asteriskNetwork = 'fixed', vpc, stage } = isJsonObject(context) ? context : {};
  if (asteriskNetwork !== 'fixed' || vpc !== undefined) return { missing: undefined };
  let { calls } = planOf(context, 0).stacks;
  const client = await secretsManagerClient();
  try {
    const account = new Account(new AwsRequests(client.config));
    const secretId = userSecretId(node, 'handlers', typeof stage === 'string' ? stage : undefined);
    calls = (await stackOf(account, secretId)) ?? calls;
    const stack = await account.stack(calls);
    const [, address] = [...(stack?.outputs ?? [])].find(([name]) => name.includes('EgressAddress')) ?? [];
    return address ?? { missing: `no output EgressAddress in the stack ${calls}` };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { missing: `the stack ${calls} cannot be read (${error.message})` };
  } finally {
    client.destroy();
  }
}

/** An app of one's own has a stack of another name. `undefined` also where the secret cannot be described, or is of no stack. */
async function stackOf(account: Account, secretId: string): Promise<string | undefined> {
  try {
    return (await account.secret(secretId))?.stack;
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
