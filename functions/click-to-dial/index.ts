/** The call of a click (`api.ts`): the agent has answered, now the customer is rung. The arguments say whom. */
import { callHandler } from 'ari-eventbridge';

export const handler = callHandler({
  StasisStart: ({ call }) => {
    const [, customer = ''] = call.args;
    call.dial('customer', { to: customer, timeout: 20 });
  },
  dialled: {
    customer: ({ call, log, outcome, seconds }) => {
      log.info('The click is over', { click: call.args[0], outcome, seconds });
      if (outcome === 'answered') call.hangup();
      else call.play(outcome === 'busy' ? 'sound:vm-isonphone' : 'sound:vm-isunavail').hangup();
    },
  },
});
