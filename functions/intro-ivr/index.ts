/**
 * Answers, greets, and lets one digit choose: 1 plays something, 2 leads to conference room 100. Anything else, and
 * silence, says goodbye.
 *
 * No timer: every playback ends with the goodbye, so that a caller who stays silent hears it without anybody acting,
 * and a playback that got as far as its goodbye is the end of the call. Events come twice, late, and again after a
 * failure; so each function asks Asterisk what is the case before it acts.
 */
import { callHandler, claim, isClaimed, playOnce, unlessGone } from 'ari-eventbridge';

const GREETING = 'sound:hello-world';
const TIME_TO_CHOOSE = 'sound:silence/5';
const SOMETHING = 'sound:tt-monkeys';
const GOODBYE = 'sound:vm-goodbye';

export const handler = callHandler({
  StasisStart: async ({ channel }) => {
    if (await isClaimed(channel, 'choice')) return; // late: the caller has chosen already
    await playOnce(channel, 'menu', [GREETING, TIME_TO_CHOOSE, GOODBYE]);
  },

  ChannelDtmfReceived: async ({ event, channel, ari }) => {
    const menu = await unlessGone(ari.playbacks.get({ playbackId: `menu-${channel.id}` }));
    if (menu?.media_uri === GOODBYE) return; // too late: the call is ending
    if (menu) await unlessGone(ari.playbacks.stop({ playbackId: menu.id }));
    if (!(await claim(channel, 'choice', event))) return; // another digit was first

    if (event.digit === '1') await playOnce(channel, 'choice', [SOMETHING, GOODBYE]);
    else if (event.digit === '2') await channel.move({ app: 'Super-Conference', appArgs: '100' });
    else await playOnce(channel, 'choice', [GOODBYE]);
  },

  PlaybackFinished: async ({ event, channel }) => {
    const { media_uri, state } = event.playback;
    // A sound that is missing would leave the caller in silence.
    if (media_uri === GOODBYE || state === 'failed') await channel.hangup();
  },
});
