import { callHandler } from '../../../../lib/index.ts';

export const handler = callHandler({
  StasisStart: async ({ channel }) => {
    await channel.answer();
    await channel.hangup();
  },
});
