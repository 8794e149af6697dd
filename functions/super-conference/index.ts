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
    const { id: room, name } = event.bridge;
    const left = await closeIfEmpty(room, ari);
    // Closed in the moment in which this caller joined, and maybe opened again by another: joins once more. One who hung
    // up is gone, which is no error.
    if (left?.name !== name) await join(room, channel, ari);
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
    const left = await closeIfEmpty(room, ari);
    if (left) throw error;
    // Closed by the last one who left, in this very moment: opened again.
    await join(room, channel, ari);
  }
}

/**
 * The room's bridge, created by the first caller: Asterisk refuses a second one of the same id. Its name tells it from
 * those that had the same id before.
 */
async function openRoom(room: string, ari: AriClient) {
  try {
    return await ari.bridges.createWithId({ bridgeId: room, name: `${room} ${crypto.randomUUID()}`, type: 'mixing' });
  } catch (error) {
    if (!(error instanceof AriError && error.kind === 'wrong-state')) throw error;
    return unlessGone(ari.bridges.get({ bridgeId: room }));
  }
}

/**
 * Closes the room if nobody is in it now: the event may be late, and somebody may have joined since.
 *
 * @returns the room as it was found; `undefined` where it had been closed before, by another invocation
 */
async function closeIfEmpty(room: string, ari: AriClient) {
  const bridge = await unlessGone(ari.bridges.get({ bridgeId: room }));
  if (bridge?.channels.length === 0) await unlessGone(ari.bridges.destroy({ bridgeId: room }));
  return bridge;
}
