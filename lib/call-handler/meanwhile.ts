import type { AriClient } from '../ari/client.ts';
import { AriError, unlessGone } from '../ari/errors.ts';
import { NOT_IN_STASIS } from '../ari/too-early.ts';
import type { AriEventType, CallEvent } from '../events/call-event.ts';
import { subjectOf } from '../events/subject.ts';

/**
 * Events of a call's end. For them a channel that is gone is no news: a command that finds it gone has failed, and what
 * the function was about to do would be lost silently.
 */
export const ENDINGS: ReadonlySet<AriEventType> = new Set(['StasisEnd', 'ChannelDestroyed', 'ChannelHangupRequest']);

/** What happened between an event and a command that failed for it. */
export interface Meanwhile {
  /** `warn` where a channel is left that no function acts for any more. */
  level: 'info' | 'warn';
  message: string;
  /** Other channels than the event's that are gone. */
  legs?: readonly string[];
}

/**
 * Whether a command failed only for what callers did meanwhile: asked of Asterisk, not guessed from the status.
 *
 * @returns `undefined` where the failure is one
 */
export async function whatHappenedMeanwhile(
  error: unknown,
  event: CallEvent,
  ari: AriClient,
): Promise<Meanwhile | undefined> {
  if (!(error instanceof AriError) || ENDINGS.has(event.type)) return undefined;
  if (error.kind === 'unauthorized' || error.kind === 'unavailable') return undefined;
  const { channelId } = event.metadata;
  try {
    if (channelId !== undefined) {
      if (await isGone(channelId, ari)) return { level: 'info', message: 'The caller hung up meanwhile' };
      // Some other function, or the dialplan, has the call now: after `continueInDialplan` or `move`.
      const refused = error.said === NOT_IN_STASIS && error.channelIds.includes(channelId);
      if (refused && wasInStasis(event)) return { level: 'info', message: 'The call has left the app meanwhile' };
    }
    if (error.kind !== 'gone' || !/channel(?: was)? not found/i.test(error.said ?? '')) return undefined;
    const legs: string[] = [];
    for (const id of error.channelIds) if (id !== channelId && (await isGone(id, ari))) legs.push(id);
    return legs.length > 0 ? { level: 'warn', message: 'Another leg hung up meanwhile', legs } : undefined;
  } catch {
    return undefined; // Asterisk cannot say: the failure stands
  }
}

async function isGone(channelId: string, ari: AriClient): Promise<boolean> {
  return (await unlessGone(ari.channels.get({ channelId }))) === undefined;
}

/** Playbacks and recordings show no channel, and are of channels in an app. A leg that rings still is in none yet. */
function wasInStasis(event: CallEvent): boolean {
  const { channel } = subjectOf({ ...event });
  return channel === undefined || (channel.dialplan as { app_name?: unknown } | undefined)?.app_name === 'Stasis';
}
