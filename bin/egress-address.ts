import { AwsError } from '../lib/aws/errors.ts';
import { AwsRequests } from '../lib/aws/requests.ts';
import { secretsManagerClient } from '../lib/aws/secrets-manager.ts';
import { isJsonObject } from '../lib/json.ts';
import { Account } from '../lib/preflight/account.ts';
import { planOf } from '../lib/preflight/plan.ts';
import { contextOf } from './configured-nodes.ts';

/**
 * The fixed address by which the deployment of cdk.json reaches Asterisk: an output of its stack.
 *
 * @param root the folder with cdk.json
 * @returns `missing` where there is none: why, or `undefined` where cdk.json asks for none
 */
export async function egressAddress(root: string): Promise<string | { missing: string | undefined }> {
  const { context } = await contextOf(root);
  // Of a private network and of an existing one Asterisk sees other addresses.
  const { asteriskNetwork = 'fixed', vpc } = isJsonObject(context) ? context : {};
  if (asteriskNetwork !== 'fixed' || vpc !== undefined) return { missing: undefined };
  const { calls } = planOf(context, 0).stacks;
  const client = await secretsManagerClient();
  try {
    const stack = await new Account(new AwsRequests(client.config)).stack(calls);
    const [, address] = [...(stack?.outputs ?? [])].find(([name]) => name.includes('EgressAddress')) ?? [];
    return address ?? { missing: `no output EgressAddress in the stack ${calls}` };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { missing: `the stack ${calls} cannot be read (${error.message})` };
  } finally {
    client.destroy();
  }
}
