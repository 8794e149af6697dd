/** The example `pin` as a flow: asks for a PIN of four digits, three times. A right one goes on in the dialplan. */
import { callFlow } from 'ari-eventbridge/flow';

const PIN = '4711';
const INSIDE = { context: 'default', extension: 'inside' };

export const handler = callFlow(async (call) => {
  let { digits } = await call.gather({ name: 'pin', prompt: 'sound:vm-password', maxDigits: 4 });
  for (let attempt = 2; digits !== PIN && attempt <= 3; attempt++) {
    const prompt = ['sound:vm-incorrect', 'sound:vm-password'] as const;
    ({ digits } = await call.gather({ name: 'pin', prompt, maxDigits: 4 }));
  }
  if (digits === PIN) await call.play('sound:auth-thankyou').leave(INSIDE);
  else await call.play('sound:vm-goodbye').hangup();
});
