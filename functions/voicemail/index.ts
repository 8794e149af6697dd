/**
 * Records a message and publishes an event: `Stasis(Voicemail,100)` greets, records until `#`, silence or hangup, and
 * puts `VoicemailLeft` on the bus, as a user event of Asterisk, where any rule can match it.
 *
 * The recording's name has what is needed after the caller has hung up: the mailbox, the caller's number, the channel.
 * The recording is a draft until the event is sent, so a repeated or retried event can see what is left to do.
 */
import { type AriClient, AriError, callHandler, playOnce, unlessGone } from 'ari-eventbridge';

const GREETING = 'sound:vm-intro';
const GOODBYE = 'sound:vm-goodbye';
const [DRAFT, MESSAGE] = ['voicemail-draft', 'voicemail'];

export const handler = callHandler({
  StasisStart: async ({ event, channel, ari }) => {
    const [mailbox = 'general'] = event.args;
    // A caller controls this text: it must not add a `_` to the name, nor make it too long for a file name.
    const number = event.channel.caller.number.replace(/[^A-Za-z0-9+]/g, '').slice(0, 32) || 'anonymous';
    const message = `${mailbox}_${number}_${channel.id}`;
    if (await isStored(`${MESSAGE}_${message}`, ari)) return; // late: the message is stored already
    await playOnce(channel, 'greeting', GREETING);
    await unlessThere(
      channel.record({
        name: `${DRAFT}_${message}`,
        format: 'wav',
        beep: true,
        terminateOn: '#',
        maxSilenceSeconds: 5,
        maxDurationSeconds: 120,
      }),
    );
  },

  RecordingFinished: async ({ event, channel, ari }) => {
    const { name: draft, format, duration = 0 } = event.recording;
    const [kind, mailbox = '', number = '', call = ''] = draft.split('_');
    if (kind !== DRAFT) return;
    if (await isStored(draft, ari)) {
      const recording = [MESSAGE, mailbox, number, call].join('_');
      await unlessThere(ari.recordings.copyStored({ recordingName: draft, destinationRecordingName: recording }));
      const variables = { recording, format, mailbox, number, seconds: String(duration) };
      await ari.events.userEvent({ eventName: 'VoicemailLeft', application: event.application, variables });
      await unlessGone(ari.recordings.deleteStored({ recordingName: draft }));
    }
    // A caller who ended the message with `#` is still connected; one who has hung up is not an error.
    await playOnce(channel, 'goodbye', GOODBYE);
  },

  PlaybackFinished: async ({ event, channel }) => {
    if (event.playback.media_uri === GOODBYE) await channel.hangup();
  },
});

async function isStored(recordingName: string, ari: AriClient): Promise<boolean> {
  return (await unlessGone(ari.recordings.getStored({ recordingName }))) !== undefined;
}

/** Ignores the error where an earlier attempt has done this: a recording of that name exists or is being made. */
async function unlessThere(command: Promise<unknown>): Promise<void> {
  try {
    await command;
  } catch (error) {
    if (!(error instanceof AriError && error.status === 409)) throw error;
  }
}
