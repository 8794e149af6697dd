import { callHandler, GiveUp } from 'ari-eventbridge';

export const handler = callHandler(
  {
    StasisStart: async () => {
      throw new GiveUp('no such room');
    },
  },
  { clientOf: () => ({ bridges: {} }) as never },
);
