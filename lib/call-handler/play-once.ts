import type { ChannelHandle } from '../ari/channel.ts';
import { unlessGone } from '../ari/errors.ts';

/**
 * Plays media to the caller, unless this playback plays already: for events that are delivered twice. A playback that
 * has ended is played again; two Lambda environments that ask at the very same moment may both play it.
 *
 * The channel is answered first: on a channel that plays, `answer` would wait for the playback's end.
 *
 * @param name names the playback on its channel: its id is `NAME-CHANNEL`, by which `ari.playbacks.stop` and
 *   `event.playback.id` know it
 * @param media what to play, one after the other: `sound:hello-world`, `recording:greeting`, …
 * @throws AriError, of the kind `gone` where the caller has hung up
 * @example
 * await playOnce(channel, 'menu', ['sound:hello-world', 'sound:vm-goodbye']);
 * await ari.playbacks.stop({ playbackId: `menu-${channel.id}` });
 */
export async function playOnce(channel: ChannelHandle, name: string, media: string | readonly string[]): Promise<void> {
  const playbackId = `${name}-${channel.id}`;
  if (await unlessGone(channel.ari.playbacks.get({ playbackId }))) return;
  await channel.answer();
  await channel.playWithId({ playbackId, media });
}
