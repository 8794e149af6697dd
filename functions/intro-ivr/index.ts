/**
 * Answers, greets, and lets one digit choose: 1 plays something, 2 leads to conference room 100. Anything else,
 * and silence, says goodbye.
 *
 * No timer and no state: every playback ends with the goodbye, so that a caller who stays silent hears it without
 * anybody acting, and a playback that got as far as its goodbye is the end of the call.
 */
import { callHandler, oncePerChannel, unlessGone } from 'ari-eventbridge';

const GREETING = 'sound:hello-world';
const TIME_TO_CHOOSE = 'sound:silence/5';
const SOMETHING = 'sound:tt-monkeys';
const GOODBYE = 'sound:vm-goodbye';

export const handler = callHandler({
  StasisStart: ({ channel }) =>
    oncePerChannel(channel, 'menu', async () => {
      await channel.answer();
      await channel.playWithId({ playbackId: menuOf(channel), media: [GREETING, TIME_TO_CHOOSE, GOODBYE] });
    }),

  ChannelDtmfReceived: async ({ event, channel, ari }) => {
    // Only one digit can stop the menu. Later ones find it gone: the choice is made.
    const stopped = await unlessGone(ari.playbacks.stop({ playbackId: menuOf(channel) }).then(() => true));
    if (!stopped) return;

    if (event.digit === '1') await channel.play({ media: [SOMETHING, GOODBYE] });
    else if (event.digit === '2') await channel.move({ app: 'Super-Conference', appArgs: '100' });
    else await channel.play({ media: GOODBYE });
  },

  PlaybackFinished: async ({ event, channel }) => {
    if (event.playback.media_uri === GOODBYE) await channel.hangup();
  },
});

function menuOf(channel: { id: string }): string {
  return `menu-${channel.id}`;
}
