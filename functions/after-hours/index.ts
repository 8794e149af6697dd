/** Monday to Friday from 9 to 17 in Berlin it rings at the front desk. Else, and where nobody answers: a message. */
import { callHandler } from 'ari-eventbridge';

export function isOpen(at: Date): boolean {
  // Swedish writes a date as ISO 8601 does, so that it can be read back.
  const local = new Date(at.toLocaleString('sv', { timeZone: 'Europe/Berlin' }));
  return local.getDay() % 6 !== 0 && local.getHours() >= 9 && local.getHours() < 17;
}

export const handler = callHandler({
  StasisStart: ({ call, event }) => {
    // The event's time and not this function's: a call may have waited.
    if (isOpen(new Date(event.timestamp))) call.dial('desk', { to: ['PJSIP/desk1', 'PJSIP/desk2'], timeout: 20 });
    else call.play('sound:vm-isunavail').record('message');
  },
  dialled: {
    desk: ({ call, outcome }) => {
      if (outcome === 'answered') call.hangup();
      else call.play('sound:vm-nobodyavail').record('message');
    },
  },
  recorded: {
    message: ({ call, log, outcome, recording, seconds }) => {
      log.info('A message was left', { outcome, recording, seconds });
      call.play('sound:vm-goodbye').hangup();
    },
  },
});
