/** What a web page calls: rings an agent, whose call is then `index.ts`'s. No call event invokes this function. */
import { randomUUID } from 'node:crypto';
import { nodeClients } from 'ari-eventbridge';

const clientOf = nodeClients();

export async function handler({ body }: { body: string }) {
  const { agent, customer } = JSON.parse(body) as { agent: string; customer: string };
  const click = randomUUID();
  await clientOf('pbx-1').channels.originateWithId({
    channelId: `click-${click}`, // a repeated request would be refused
    endpoint: agent,
    app: 'Click',
    appArgs: `${click},${customer}`,
    timeout: 20,
  });
  return { statusCode: 202, body: JSON.stringify({ click }) };
}
