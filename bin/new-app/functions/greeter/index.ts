import { callHandler, playOnce } from 'ari-eventbridge';

export const handler = callHandler({
  StasisStart: ({ channel }) => playOnce(channel, 'greeting', 'sound:hello-world'),
  PlaybackFinished: ({ channel }) => channel.hangup(),
});
