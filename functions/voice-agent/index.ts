/**
 * A caller talks to a bot, a program of yours. Asterisk calls it like a phone, by AudioSocket (TCP), with a UUID for the
 * call. When the bot has closed the connection, it says at `BOT_CALLS/UUID` what comes next: `{ "intent": "person" }`, as where it is absent.
 */
import { hash } from 'node:crypto';
import { callHandler } from 'ari-eventbridge';

const { BOT = '127.0.0.1:9092', BOT_CALLS = 'http://127.0.0.1:9093', PERSON = 'PJSIP/reception' } = process.env;

export const handler = callHandler({
  StasisStart: ({ call }) => call.answer().dial('bot', { to: `AudioSocket/${BOT}/${uuidOf(call.id)}/c(slin)` }),
  dialled: {
    bot: async ({ call, outcome }) => {
      if (call.isOver) return;
      if (outcome !== 'answered' || (await intentOf(call.id)) === 'person') call.dial('person', { to: PERSON });
      else call.hangup();
    },
    person: ({ call }) => call.hangup(),
  },
});

const uuidOf = (id: string): string =>
  hash('sha256', id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');

async function intentOf(id: string): Promise<string> {
  const answer = await fetch(`${BOT_CALLS}/${uuidOf(id)}`, { signal: AbortSignal.timeout(2000) }).catch(
    () => undefined,
  );
  return answer?.ok ? ((await answer.json()) as { intent: string }).intent : 'person';
}
