/**
 * A menu: greets, and reads one digit, during the greeting or after it. 1 plays something, 2 moves the caller to conference
 * room 100. Any other key, and silence, leads to the goodbye.
 */
import { callHandler } from 'ari-eventbridge';

const GREETING = 'sound:hello-world';
const SOMETHING = 'sound:tt-monkeys';
const GOODBYE = 'sound:vm-goodbye';

export const handler = callHandler({
  StasisStart: ({ call }) => call.gather('choice', { prompt: GREETING, maxDigits: 1, timeout: 5, finishOnKey: '' }),
  gathered: {
    choice: async ({ call, channel, digits }) => {
      if (call.isOver) return;
      if (digits === '2') await channel.move({ app: 'Super-Conference', appArgs: '100' });
      else if (digits === '1') call.play([SOMETHING, GOODBYE]).hangup();
      else call.play(GOODBYE).hangup();
    },
  },
});
