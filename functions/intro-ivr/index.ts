/**
 * Answers, greets, and lets one digit choose: 1 plays something, 2 leads to conference room 100. Anything else, and
 * silence, says goodbye.
 *
 * No timer: every playback ends with the goodbye, so that a caller who stays silent hears it without anybody acting,
 * and a playback that got as far as its goodbye is the end of the call. Events come twice, late, and again after a
 * failure; so each function asks Asterisk what is the case before it acts.
 */
import {
  type AriClient,
  type ChannelHandle,
  callHandler,
  claim,
  isClaimed,
  type Media,
  unlessGone,
} from 'ari-eventbridge';

const GREETING = 'sound:hello-world';
const TIME_TO_CHOOSE = 'sound:silence/5';
const SOMETHING = 'sound:tt-monkeys';
const GOODBYE = 'sound:vm-goodbye';

export const handler = callHandler({
  StasisStart: async ({ channel, ari }) => {
    if (await isClaimed(channel, 'choice')) return; // late: the caller has chosen already
    await play('menu', [GREETING, TIME_TO_CHOOSE, GOODBYE], channel, ari);
  },

  ChannelDtmfReceived: async ({ event, channel, ari }) => {
    const menu = await unlessGone(ari.playbacks.get({ playbackId: `menu-${channel.id}` }));
    if (menu?.media_uri === GOODBYE) return; // too late: the call is ending
    if (menu) await unlessGone(ari.playbacks.stop({ playbackId: menu.id }));
    if (!(await claim(channel, 'choice', event))) return; // another digit was first

    if (event.digit === '1') await play('choice', [SOMETHING, GOODBYE], channel, ari);
    else if (event.digit === '2') await channel.move({ app: 'Super-Conference', appArgs: '100' });
    else await play('choice', [GOODBYE], channel, ari);
  },

  PlaybackFinished: async ({ event, channel }) => {
    const { media_uri, state } = event.playback;
    // A sound that is missing would leave the caller in silence.
    if (media_uri === GOODBYE || state === 'failed') await channel.hangup();
  },
});

/** Starts a playback, unless it plays already. Answers first: on a channel that plays, that would have to wait. */
async function play(name: string, media: Media[], channel: ChannelHandle, ari: AriClient): Promise<void> {
  const playbackId = `${name}-${channel.id}`;
  if (await unlessGone(ari.playbacks.get({ playbackId }))) return;
  await channel.answer();
  await channel.playWithId({ playbackId, media });
}
