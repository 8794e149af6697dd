/** Asks for a PIN of four digits, three times. A right one goes on in the dialplan, at the extension `inside`. */
import { callHandler } from 'ari-eventbridge';

const PIN = '4711';
const INSIDE = { context: 'default', extension: 'inside' };

export const handler = callHandler({
  StasisStart: ({ call }) => call.gather('pin', { prompt: 'sound:vm-password', maxDigits: 4 }),
  gathered: {
    pin: ({ call, digits, attempt }) => {
      if (digits === PIN) call.play('sound:auth-thankyou').leave(INSIDE);
      else if (attempt === 3) call.play('sound:vm-goodbye').hangup();
      else call.gather('pin', { prompt: ['sound:vm-incorrect', 'sound:vm-password'], maxDigits: 4 });
    },
  },
});
