/** The example `queue` as a flow: Asterisk's queue `support` has the agents, the music, the announcements and the order. */
import { callFlow } from 'ari-eventbridge/flow';

export const handler = callFlow(async (call) => {
  const { outcome, member } = await call.play('sound:queue-thankyou').queue({ queue: 'support', timeout: 300 });
  call.log.info('Left the queue', { outcome, member });
  if (outcome === 'answered') await call.hangup();
  else await call.play('sound:vm-nobodyavail').hangup();
});
