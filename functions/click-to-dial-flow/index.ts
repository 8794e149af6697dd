/** The example `click-to-dial` as a flow: the agent has answered, now the customer is rung. The arguments say whom. */
import { callFlow } from 'ari-eventbridge/flow';

export const handler = callFlow(async (call) => {
  const [click, customer = ''] = call.args;
  const { outcome, seconds } = await call.dial({ name: 'customer', to: customer, timeout: 20 });
  call.log.info('The click is over', { click, outcome, seconds });
  if (outcome === 'answered') await call.hangup();
  else await call.play(outcome === 'busy' ? 'sound:vm-isonphone' : 'sound:vm-isunavail').hangup();
});
