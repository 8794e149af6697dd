import { applicationFields } from '../../lib/ari/arguments.ts';
import type { AriClient } from '../../lib/ari/client.ts';
import type { Channel } from '../../lib/ari/generated/model.ts';
import type { AriFrame } from '../../lib/events/entry.ts';
import type { NodeState } from './node-state.ts';

/** A channel that is in a Stasis application now. */
export interface StasisChannel {
  id: string;
  app: string;
  /** The arguments that the dialplan gave; none where the channel was moved here, as Asterisk does not list those. */
  args: string[];
  channel: Channel;
}

/** The difference between the known state of the apps and the state that Asterisk reports. */
export interface Difference {
  /** Channels that are in an app and whose `StasisStart` was not seen. */
  entered: StasisChannel[];
  /** Channels that were known to be in an app and are no longer in it. */
  left: { id: string; app: string; snapshot: Record<string, unknown> }[];
}

/** Asks Asterisk which channels are in the apps. A read-only user is enough. */
export async function stasisChannels(
  ari: AriClient,
  apps: readonly string[],
  state: NodeState,
): Promise<StasisChannel[]> {
  const [channels, listed] = await Promise.all([ari.channels.list(), ari.applications.list()]);
  const found: StasisChannel[] = [];
  for (const channel of channels) {
    const { app_name, app_data } = channel.dialplan;
    if (app_name !== 'Stasis') continue;
    const [named = '', ...args] = applicationFields(app_data ?? '');
    // A channel's app is one of those that list it; others may only be subscribed to it. After a move `app_data` still
    // names the first app.
    const listing = listed.filter(({ channel_ids }) => channel_ids.includes(channel.id)).map(({ name }) => name);
    const known = listing.find((app) => state.isIn(channel.id, app));
    const app = known ?? (listing.includes(named) ? named : listing[0]);
    if (app === undefined || !apps.includes(app)) continue;
    found.push({ id: channel.id, app, args: app === named ? args : [], channel });
  }
  return found;
}

export function differenceOf(present: readonly StasisChannel[], apps: readonly string[], state: NodeState): Difference {
  const there = new Set(present.map(({ id, app }) => `${app}\n${id}`));
  return {
    entered: present.filter(({ id, app }) => !state.isIn(id, app)),
    left: apps.flatMap((app) =>
      state
        .inApp(app)
        .filter(({ id }) => !there.has(`${app}\n${id}`))
        .map(({ id, snapshot }) => ({ id, app, snapshot })),
    ),
  };
}

/**
 * The difference that remains after events on their way have arrived.
 *
 * @param settle resolves when every event is read that Asterisk has sent before
 */
export async function lastingDifference(
  ari: AriClient,
  apps: readonly string[],
  state: NodeState,
  settle: () => Promise<void>,
): Promise<Difference> {
  const look = async (): Promise<Difference> => differenceOf(await stasisChannels(ari, apps, state), apps, state);
  const first = await look();
  if (first.entered.length + first.left.length === 0) return first;
  await settle();
  return inBoth(first, await look());
}

/** The differences that two comparisons, some time apart, both found: they are not due to events on their way. */
export function inBoth(first: Difference, second: Difference): Difference {
  const inFirst = (list: readonly { id: string; app: string }[]) => (one: { id: string; app: string }) =>
    list.some(({ id, app }) => id === one.id && app === one.app);
  return {
    entered: second.entered.filter(inFirst(first.entered)),
    left: second.left.filter(inFirst(first.left)),
  };
}

/** What a rebuilt event has from Asterisk, beside the channel. */
export interface Rebuilder {
  /** The time by Asterisk's clock, in its format: it orders the event among those that Asterisk sends. */
  timestamp: string;
  asteriskId: string | undefined;
}

/** The `StasisStart` that was missed, as Asterisk would have sent it. */
export function rebuiltStart({ app, args, channel }: StasisChannel, by: Rebuilder): AriFrame {
  return rebuilt('StasisStart', { args, channel }, app, by);
}

/** The `StasisEnd` that was missed, with the channel as it was last seen. */
export function rebuiltEnd(app: string, channel: Record<string, unknown>, by: Rebuilder): AriFrame {
  return rebuilt('StasisEnd', { channel }, app, by);
}

function rebuilt(type: string, fields: object, application: string, { timestamp, asteriskId }: Rebuilder): AriFrame {
  const event = {
    type,
    timestamp,
    ...fields,
    ...(asteriskId !== undefined && { asterisk_id: asteriskId }),
    application,
  };
  return { text: JSON.stringify(event), event };
}
