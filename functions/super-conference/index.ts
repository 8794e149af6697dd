/**
 * Conference rooms: `Stasis(Super-Conference,100)` puts the caller into room 100. The room is a mixing bridge that
 * the first caller brings about and that goes when the last one leaves.
 */
import { type AriClient, AriError, type ChannelHandle, callHandler, unlessGone } from 'ari-eventbridge';

export const handler = callHandler({
  StasisStart: async ({ event, channel, ari }) => {
    const [room = 'lobby'] = event.args;
    await join(room, channel, ari);
  },

  ChannelLeftBridge: async ({ event, channel, ari }) => {
    const { id: room } = event.bridge;
    const wasClosed = await closeIfEmpty(room, ari);
    // Closed in the moment in which this caller joined: opened again. One who hung up is gone, which is no error.
    if (wasClosed) await join(room, channel, ari);
  },
});

async function join(room: string, channel: ChannelHandle, ari: AriClient): Promise<void> {
  await channel.answer();
  const bridge = await openRoom(room, ari);
  // Joining twice would take the caller out and in again, for all to hear.
  if (bridge?.channels.includes(channel.id)) return;
  try {
    await ari.bridges.addChannel({ bridgeId: room, channel: channel.id });
  } catch (error) {
    // The caller has hung up meanwhile, and nobody will ever leave the room.
    const wasClosed = await closeIfEmpty(room, ari);
    if (!wasClosed) throw error;
    // Closed by the last one who left, in this very moment: opened again.
    await join(room, channel, ari);
  }
}

/** The room's bridge, created by whoever comes first: Asterisk refuses a second one of the same id. */
async function openRoom(room: string, ari: AriClient) {
  try {
    return await ari.bridges.createWithId({ bridgeId: room, name: room, type: 'mixing' });
  } catch (error) {
    if (!(error instanceof AriError && error.kind === 'wrong-state')) throw error;
    return unlessGone(ari.bridges.get({ bridgeId: room }));
  }
}

/**
 * Closes the room if nobody is in it now: the event may be late, and somebody may have joined since.
 *
 * @returns whether it was closed before, by another invocation
 */
async function closeIfEmpty(room: string, ari: AriClient): Promise<boolean> {
  const bridge = await unlessGone(ari.bridges.get({ bridgeId: room }));
  if (bridge?.channels.length === 0) await unlessGone(ari.bridges.destroy({ bridgeId: room }));
  return bridge === undefined;
}
