/** Monday to Friday from 9 to 17 in Berlin it rings at the front desk. Else, and where nobody answers: a message. */
import { callHandler } from 'ari-eventbridge';

const DESK = ['PJSIP/desk1', 'PJSIP/desk2'];
const clock = new Intl.DateTimeFormat('en', {
  timeZone: 'Europe/Berlin',
  weekday: 'short',
  hour: 'numeric',
  hourCycle: 'h23',
});

export function isOpen(at: Date): boolean {
  const { weekday = '', hour } = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  return !/Sat|Sun/.test(weekday) && Number(hour) >= 9 && Number(hour) < 17;
}

export const handler = callHandler({
  StasisStart: ({ call, event }) => {
    // The event's time and not this function's: a call may have waited.
    if (isOpen(new Date(event.timestamp))) call.dial('desk', { to: DESK, timeout: 20 });
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
