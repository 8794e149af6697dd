import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NodeState } from '../../connector/asterisk/node-state.ts';
import { stasisChannels } from '../../connector/asterisk/resync.ts';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { openEvents } from '../support/open-events.ts';
import { until } from '../support/until.ts';
import { EXISTING_USER, OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const APP = 'rebuilt';
const USER = OWN_ASTERISK ? { username: 'rebuilt', password: 'r' } : EXISTING_USER;
const DIALPLAN = `
[default]
exten => waits,1,Answer()
 same => n,Wait(3600)
exten => any,1,Stasis(${APP},\${LIST})
 same => n,Hangup()
`;
const LISTS = 500;
const AT_ONCE = 25;

/** Texts full of what Asterisk gives a meaning to. */
const list = fc.string({
  unit: fc.constantFrom(...['a', 'b', 'ä', ' ', ',', ',', ',', '"', '\\', '(', ')', '[', ']', '{', '}', ':', "'", '|']),
  maxLength: 24,
});

let asterisk: RealAsterisk;
let ari: AriClient;
let listener: Awaited<ReturnType<typeof openEvents>>;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([USER], DIALPLAN);
  await asterisk.start();
  listener = await openEvents(asterisk.url, USER, [APP, 'phone']);
  ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => USER) }));
});
afterAll(async () => {
  listener?.close();
  ari?.close();
  await asterisk?.stop();
});

/** Brings a channel into the app, with the arguments of a command or those of the dialplan. */
function enter(channelId: string, appArgs: string, byDialplan: boolean): Promise<unknown> {
  if (!byDialplan) return ari.channels.originate({ channelId, endpoint: 'Local/waits@default', app: APP, appArgs });
  const phone = { endpoint: 'Local/any@default', app: 'phone', otherChannelId: channelId };
  return ari.channels.originate({ ...phone, channelId: `phone-of-${channelId}`, variables: { LIST: appArgs } });
}

// The dialplan of a server that runs already is not ours.
test.skipIf(!OWN_ASTERISK)(
  `a StasisStart that is rebuilt has the arguments of the live one, over ${LISTS} random lists`,
  async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
    console.info(`SEED=${seed}`);
    const lists = fc.sample(list, { numRuns: LISTS, seed });
    for (let from = 0; from < LISTS; from += AT_ONCE) {
      const calls = lists.slice(from, from + AT_ONCE).map((text, at) => ({ text, id: `list-${from + at}-end` }));
      await Promise.all(calls.map(({ text, id }, at) => enter(id, text, at % 2 === 1)));
      const startOf = (id: string) =>
        listener.events.find((event) => event.type === 'StasisStart' && (event.channel as { id: string }).id === id);
      await until('all calls in the app', () => calls.every(({ id }) => startOf(id)));
      const rebuilt = await stasisChannels(ari, [APP], new NodeState());
      const argsOf = (id: string) => rebuilt.find((channel) => channel.id === id)?.args;
      const compare = (args: (id: string) => unknown) => calls.map(({ text, id }) => ({ text, args: args(id) }));
      expect(compare(argsOf)).toEqual(compare((id) => startOf(id)?.args));
      await Promise.all(calls.map(({ id }) => ari.channels.hangup({ channelId: id })));
      listener.events.length = 0;
    }
  },
);
