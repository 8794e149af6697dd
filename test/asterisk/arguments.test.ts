import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applicationFields, moveArguments } from '../../lib/ari/arguments.ts';
import { basicAuthorization } from '../../lib/ari/credentials.ts';
import { openEvents } from '../support/open-events.ts';
import { until } from '../support/until.ts';
import { EXISTING_USER, OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const USER = OWN_ASTERISK ? { username: 'arguments', password: 'a' } : EXISTING_USER;
const LISTS = 250;
const AT_ONCE = 25;

/** Texts full of what Asterisk gives a meaning to. */
const appArgs = fc.string({
  unit: fc.constantFrom(...['a', 'b', 'ä', ' ', ',', ',', ',', '"', '\\', '(', ')', '[', ']', '{', '}', ':', "'", '|']),
  maxLength: 24,
});

let asterisk: RealAsterisk;
let listener: Awaited<ReturnType<typeof openEvents>>;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([USER]);
  await asterisk.start();
  listener = await openEvents(asterisk.url, USER, ['arguments', 'moved']);
});
afterAll(async () => {
  listener?.close();
  await asterisk?.stop();
});

async function send(method: string, path: string, body: object = {}): Promise<number> {
  const headers = { authorization: basicAuthorization(USER), 'content-type': 'application/json' };
  return (await fetch(asterisk.url + path, { method, headers, body: JSON.stringify(body) })).status;
}

async function argumentsOf(app: string, channelId: string): Promise<unknown> {
  const begun = await until(`${channelId} in ${app}`, () =>
    listener.events.find(
      ({ type, application, channel }) =>
        type === 'StasisStart' && application === app && (channel as { id: string }).id === channelId,
    ),
  );
  return begun.args;
}

/** What Asterisk makes of a list: given to an application, and given to a move. */
async function seen(list: string, channelId: string): Promise<unknown> {
  const endpoint = 'Local/answers@default';
  expect(await send('POST', `/channels/${channelId}`, { endpoint, app: 'arguments', appArgs: list })).toBe(200);
  const given = await argumentsOf('arguments', channelId);
  expect(await send('POST', `/channels/${channelId}/move`, { app: 'moved', appArgs: list })).toBe(204);
  const moved = await argumentsOf('moved', channelId);
  await send('DELETE', `/channels/${channelId}`);
  return { list, given, moved };
}

test(`${LISTS} random lists of arguments are parted as Asterisk parts them`, async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  console.info(`SEED=${seed}`);
  const lists = fc.sample(appArgs, { numRuns: LISTS, seed });
  for (let from = 0; from < LISTS; from += AT_ONCE) {
    const batch = lists.slice(from, from + AT_ONCE);
    const real = await Promise.all(batch.map((list, at) => seen(list, `list-${seed}-${from + at}-end`)));
    const ours = batch.map((list) => ({
      list,
      given: list === '' ? [] : applicationFields(`arguments,${list}`).slice(1),
      moved: moveArguments(list),
    }));
    expect(ours).toEqual(real);
  }
});
