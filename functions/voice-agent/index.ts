/**
 * A caller talks to a bot, a program in a container of yours. Audio goes from Asterisk to the bot and back over one TCP
 * connection for each call (AudioSocket), and never over EventBridge or through Lambda. `BOT` is the bot's host and port.
 *
 * AudioSocket's UUID is the id of the bot's channel, and of the bridge of both; the channel's variable `CALLER` has the
 * caller's channel. What the bot wants of the call it says with ARI's user event `Intent`, which the bus carries:
 *
 *     POST /ari/events/user/Intent?application=Voice-Agent&source=channel:CALLER   { "variables": { "intent": "transfer" } }
 *
 * `transfer` connects the caller with a person, `PERSON`, and `hangup` ends the call. The bot itself stops talking when the
 * caller speaks. Where no bot answers, the caller is connected with a person at once. Both legs end together.
 */
import { hash } from 'node:crypto';
import { type AriClient, AriError, callHandler, unlessGone } from 'ari-eventbridge';

const { BOT = '127.0.0.1:9092', PERSON = 'PJSIP/reception' } = process.env;
const MEDIA = { external_host: BOT, encapsulation: 'audiosocket', transport: 'tcp', format: 'slin' } as const;

export const handler = callHandler({
  StasisStart: async ({ event, channel, call, ari }) => {
    if (isBot(event)) {
      const joins = await works(ari.bridges.addChannel({ bridgeId: channel.id, channel: channel.id }));
      if (!joins) await channel.hangup(); // the caller has left meanwhile
      return;
    }
    const bot = botOf(channel.id);
    await channel.answer();
    await works(ari.bridges.createWithId({ bridgeId: bot, type: 'mixing' }));
    if (!(await works(ari.bridges.addChannel({ bridgeId: bot, channel: channel.id })))) return endBot(bot, ari);
    const about = { channelId: bot, data: bot, variables: { CALLER: channel.id } };
    await ari.channels.externalMedia({ app: event.application, ...MEDIA, ...about }).catch(async () => {
      const isThere = await unlessGone(ari.channels.get({ channelId: bot })); // the event came twice
      if (!isThere) call.dial('person', { to: PERSON });
    });
  },
  ChannelUserevent: ({ event, call }) => {
    const { intent } = event.userevent as { intent?: string };
    if (event.eventname !== 'Intent') return;
    if (intent === 'transfer') call.dial('person', { to: PERSON });
    if (intent === 'hangup') call.hangup();
  },
  dialled: { person: ({ call }) => call.hangup() },
  StasisEnd: ({ event, channel, ari }) => endBot(isBot(event) ? channel.id : botOf(channel.id), ari),
});

const isBot = ({ channel }: { channel: { name: string } }): boolean => channel.name.startsWith('AudioSocket/');

/** A UUID, the same one for a second delivery. */
const botOf = (channelId: string): string =>
  hash('sha256', channelId).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');

/** @returns false where what the command is about is gone, or is there already */
async function works(command: Promise<unknown>): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    if (error instanceof AriError && ['gone', 'wrong-state'].includes(error.kind)) return false;
    throw error;
  }
}

/** Ends the bot's channel, its bridge, and a caller who is still in it. */
async function endBot(bot: string, ari: AriClient): Promise<void> {
  const bridge = await unlessGone(ari.bridges.get({ bridgeId: bot }));
  for (const channelId of [...(bridge?.channels ?? []), bot]) await unlessGone(ari.channels.hangup({ channelId }));
  await unlessGone(ari.bridges.destroy({ bridgeId: bot }));
}
