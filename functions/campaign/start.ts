/** Calls a list of numbers, so many a second. Started by hand or by a schedule; a Lambda function lives for 15 minutes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AriError, nodeClients } from 'ari-eventbridge';

const clientOf = nodeClients();

export async function handler({
  name,
  endpoints,
  perSecond = 1,
}: {
  name: string;
  endpoints: string[];
  perSecond?: number;
}) {
  const { channels } = clientOf('pbx-1');
  for (const [at, endpoint] of endpoints.entries()) {
    if (at > 0) await sleep(1000 / perSecond);
    const channelId = `${name}-${String(at).padStart(5, '0')}`; // a start that comes twice calls nobody twice
    try {
      await channels.originateWithId({ channelId, endpoint, app: 'Campaign', timeout: 25 });
    } catch (error) {
      if (!(error instanceof AriError && (error.status === 409 || error.status === 500))) throw error; // was called; cannot be
    }
  }
}
