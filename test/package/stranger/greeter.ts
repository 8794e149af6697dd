import { callHandler } from 'ari-eventbridge';

export const handler = callHandler({
  StasisStart: async ({ channel, event }) => {
    await channel.answer();
    await channel.play({ media: event.args[0] === 'monkeys' ? 'sound:tt-monkeys' : 'sound:hello-world' });
  },
  PlaybackFinished: ({ channel }) => channel.hangup(),
});
