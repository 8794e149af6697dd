import { callHandler } from 'ari-eventbridge';

export const handler = callHandler({
  StasisStart: ({ call }) => call.gather('choice', { prompt: 'sound:hello-world', maxDigits: 1, timeout: 5 }),
  gathered: {
    choice: ({ call, digits }) => {
      if (digits === '1') call.play('sound:tt-monkeys').hangup();
      else call.play('sound:vm-goodbye').hangup();
    },
  },
});
