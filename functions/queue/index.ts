/** A waiting line: Asterisk's queue `support` (queues.conf) has the agents, the music, the announcements and the order. */
import { callHandler } from 'ari-eventbridge';

export const handler = callHandler({
  StasisStart: ({ call }) => call.play('sound:queue-thankyou').queue('support', { queue: 'support', timeout: 300 }),
  queued: {
    support: ({ call, log, outcome, member }) => {
      log.info('Left the queue', { outcome, member });
      if (outcome === 'answered') call.hangup();
      else call.play('sound:vm-nobodyavail').hangup();
    },
  },
});
