import type { AriClient } from '../../ari/client.ts';
import { unlessGone } from '../../ari/errors.ts';
import type { Media } from '../../ari/media.ts';

/** Ids of playbacks that carry out a list begin with it. */
export const PLAYBACK_PREFIX = 'ari-eventbridge_';

const ID = new RegExp(`^${PLAYBACK_PREFIX}(\\d+)_(\\d+)_([pts]?\\d+)_(.+)$`);

/** What a playback's id says of it. */
export interface PlaybackPlace {
  channelId: string;
  /** The number of the list. */
  list: string;
  /** The step in the list, from 0. */
  at: number;
  /**
   * Of a gather: `p1`, `p2`: a prompt; `t17`: the silence after the digit of event 17; `s17`: the time for digits that come
   * late. Of another step: `0`.
   */
  part: string;
}

export function playbackId({ list, at, part, channelId }: PlaybackPlace): string {
  return `${PLAYBACK_PREFIX}${list}_${at}_${part}_${channelId}`;
}

/** @returns `undefined` where the playback belongs to no list */
export function placeOfPlayback(id: string): PlaybackPlace | undefined {
  const [, list = '', at = '', part = '', channelId] = ID.exec(id) ?? [];
  return channelId === undefined ? undefined : { list, at: Number(at), part, channelId };
}

/** Plays once, also where the event came twice. */
export async function playAt(place: PlaybackPlace, media: Media[], ari: AriClient): Promise<void> {
  if (await unlessGone(ari.playbacks.get({ playbackId: playbackId(place) }))) return;
  await playNow(place, media, ari);
}

/** Plays, without a look at what plays already. */
export async function playNow(place: PlaybackPlace, media: Media[], ari: AriClient): Promise<void> {
  await ari.channels.playWithId({ channelId: place.channelId, playbackId: playbackId(place), media });
}

/** Stops some of a step's playbacks; those that are over, or never began, do not matter. */
export async function stopParts(place: PlaybackPlace, parts: readonly string[], ari: AriClient): Promise<void> {
  await Promise.all(
    parts.map((part) => unlessGone(ari.playbacks.stop({ playbackId: playbackId({ ...place, part }) }))),
  );
}
