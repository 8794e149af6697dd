/**
 * Conference rooms: `Stasis(Super-Conference,100)` puts the caller into room 100. The room is a mixing bridge, created
 * for the first caller and destroyed when the last one leaves.
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
    // The room was closed while this caller joined, and another caller may have opened it again: join once more. A caller
    // who has hung up is not an error.
    if (left?.name !== name) await join(room, channel, ari);
  },
});

async function join(room: string, channel: ChannelHandle, ari: AriClient): Promise<void> {
  await channel.answer();
  const bridge = await openRoom(room, ari);
  // Adding the channel twice would remove and add it again, which all callers would hear.
  if (bridge?.channels.includes(channel.id)) return;
  try {
    await ari.bridges.addChannel({ bridgeId: room, channel: channel.id });
  } catch (error) {
    // The caller has hung up meanwhile, so no event of leaving will close the room.
    const left = await closeIfEmpty(room, ari);
    if (left) throw error;
    // The last caller left and the room was closed at the same time: open it again.
    await join(room, channel, ari);
  }
}

/**
 * The room's bridge; the first caller creates it, and Asterisk refuses a second one with the same id. Its name
 * distinguishes it from earlier bridges with that id.
 */
async function openRoom(room: string, ari: AriClient) {
  try {
    return await ari.bridges.createWithId({ bridgeId: room, name: `${room}-${crypto.randomUUID()}`, type: 'mixing' });
  } catch (error) {
    if (!(error instanceof AriError && error.kind === 'wrong-state')) throw error;
    return unlessGone(ari.bridges.get({ bridgeId: room }));
  }
}

/**
 * Closes the room if it is empty now: the event may be late, and a caller may have joined since.
 *
 * @returns the room as it was found; `undefined` where it had been closed before, by another invocation
 */
async function closeIfEmpty(room: string, ari: AriClient) {
  const bridge = await unlessGone(ari.bridges.get({ bridgeId: room }));
  if (bridge?.channels.length === 0) await unlessGone(ari.bridges.destroy({ bridgeId: room }));
  return bridge;
}
