/**
 * Answers, greets, and reads one digit: 1 plays something, 2 moves the caller to conference room 100. Any other digit,
 * and silence, leads to the goodbye.
 *
 * There is no timer: every playback ends with the goodbye, so a silent caller hears it without another command, and the
 * call ends when the goodbye is played. Events may come twice, late, and again after a failure, so each function reads
 * the state from Asterisk before it acts.
 */
import {
  type AriClient,
  type ChannelHandle,
  callHandler,
  claim,
  isClaimed,
  playOnce,
  unlessGone,
} from 'ari-eventbridge';

const GREETING = 'sound:hello-world';
const TIME_TO_CHOOSE = 'sound:silence/5';
const SOMETHING = 'sound:tt-monkeys';
const GOODBYE = 'sound:vm-goodbye';

export const handler = callHandler({
  StasisStart: async ({ channel, ari }) => {
    if (await isClaimed(channel, 'choice')) return; // late: the caller has chosen already
    await playOnce(channel, 'menu', [GREETING, TIME_TO_CHOOSE, GOODBYE]);
    // Chosen in the moment in which the menu began.
    if (await isClaimed(channel, 'choice')) await stopMenu(channel, ari);
  },

  ChannelDtmfReceived: async ({ event, channel, ari }) => {
    const menu = await unlessGone(ari.playbacks.get({ playbackId: `menu-${channel.id}` }));
    if (menu?.media_uri === GOODBYE) return; // too late: the call is ending
    if (!(await claim(channel, 'choice', event))) return; // another digit was first
    await stopMenu(channel, ari);

    if (event.digit === '1') await playOnce(channel, 'choice', [SOMETHING, GOODBYE]);
    else if (event.digit === '2') await channel.move({ app: 'Super-Conference', appArgs: '100' });
    else await playOnce(channel, 'choice', [GOODBYE]);
  },

  PlaybackFinished: async ({ event, channel }) => {
    const { media_uri, state } = event.playback;
    // With a missing sound the caller would hear nothing.
    if (media_uri === GOODBYE || state === 'failed') await channel.hangup();
  },
});

async function stopMenu(channel: ChannelHandle, ari: AriClient): Promise<void> {
  await unlessGone(ari.playbacks.stop({ playbackId: `menu-${channel.id}` }));
}
