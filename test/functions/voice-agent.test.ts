import { forSeeds, type TestCall, type TestCallsOptions, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { describe, expect, test } from 'vitest';
import { handler } from '../../functions/voice-agent/index.ts';

const APP = 'Voice-Agent';
const PERSON = 'PJSIP/reception';
const SETUP = { dialplan: { agent: APP } };

/** What the bot says. */
async function wants(pbx: TestPbx, call: TestCall, intent: string): Promise<void> {
  const about = { application: APP, source: `channel:${call.id}`, variables: { intent } };
  await pbx.ari.events.userEvent({ eventName: 'Intent', ...about });
  await pbx.settled();
}

const bots = async (pbx: TestPbx): Promise<string[]> => {
  const channels = await pbx.ari.channels.list();
  return channels.filter(({ name }) => name.startsWith('AudioSocket/')).map(({ id }) => id);
};

/** What is left in Asterisk, and in the queue of dead letters. */
async function nothingIsLeft(pbx: TestPbx, seed?: number): Promise<void> {
  await pbx.wait(60);
  const channels = (await pbx.ari.channels.list()).map(({ name }) => name);
  expect([seed, channels, pbx.bridges, pbx.deadLetters]).toEqual([seed, [], [], []]);
  await pbx.close();
}

describe.each<[string, TestCallsOptions]>([
  ['once', {}],
  ['twice', { delivery: () => 'twice' }],
  ['twice, each to a cold function', { delivery: () => 'twice', cold: true }],
])('with every event delivered %s, a caller', (_, options) => {
  const start = async () => {
    const pbx = await testCalls({ [APP]: handler }, { ...SETUP, ...options });
    return { pbx, call: await pbx.dial('agent') };
  };

  test('is in a bridge with one bot, whose channel names the caller', async () => {
    const { pbx, call } = await start();
    const [bot = '', ...more] = await bots(pbx);
    expect(more).toEqual([]);
    expect(pbx.bridges.map(({ id, channels }) => [id, channels.toSorted()])).toEqual([
      [bot, [bot, call.id].toSorted()],
    ]);
    expect((await pbx.ari.channels.getChannelVar({ channelId: bot, variable: 'CALLER' })).value).toBe(call.id);
    await call.hangUp();
    await nothingIsLeft(pbx);
  });

  test('is connected with a person without the bot, until the person hangs up', async () => {
    const { pbx, call } = await start();
    await wants(pbx, call, 'transfer');
    const person = pbx.phone(PERSON);
    await person.answer();
    expect([await bots(pbx), pbx.bridges, call.isUp, person.isUp]).toEqual([[], [], true, true]);
    await person.hangUp();
    expect(call.isOver).toBe(true);
    await nothingIsLeft(pbx);
  });

  test('whom no person answers is hung up', async () => {
    const { pbx, call } = await start();
    await wants(pbx, call, 'transfer');
    await pbx.wait(40);
    expect(call.isOver).toBe(true);
    await nothingIsLeft(pbx);
  });

  test('is hung up when the bot wants it, and when the bot ends', async () => {
    const { pbx, call } = await start();
    await wants(pbx, call, 'hangup');
    expect(call.isOver).toBe(true);
    const other = await pbx.dial('agent');
    const [bot = ''] = await bots(pbx);
    await pbx.ari.channels.hangup({ channelId: bot });
    await pbx.settled();
    expect(other.isOver).toBe(true);
    await nothingIsLeft(pbx);
  });

  test('stays with the bot at an intent that the handler does not know', async () => {
    const { pbx, call } = await start();
    await wants(pbx, call, 'constructor');
    expect(call.bridge).toBe((await bots(pbx))[0]);
    await call.hangUp();
    await nothingIsLeft(pbx);
  });
});

/** How a call goes, from its beginning. */
const CALLS: Record<string, (pbx: TestPbx, call: TestCall) => Promise<void>> = {
  'hangs up at once': (_, call) => call.hangUp(),
  'hangs up while the bot is connected': async (pbx, call) => {
    await pbx.wait(1);
    await call.hangUp();
  },
  'hangs up as the bot transfers': async (pbx, call) => {
    await pbx.wait(5);
    await pbx.ari.events.userEvent({
      ...{ eventName: 'Intent', application: APP, source: `channel:${call.id}`, variables: { intent: 'transfer' } },
    });
    await call.hangUp();
  },
  'is transferred, and nobody answers': async (pbx, call) => {
    await pbx.wait(5);
    await wants(pbx, call, 'transfer');
    await pbx.wait(60);
  },
  'talks to a person, and hangs up': async (pbx, call) => {
    await pbx.wait(5);
    await wants(pbx, call, 'transfer');
    await pbx.wait(10);
    const person = pbx.phone(PERSON);
    await person.answer();
    await pbx.wait(10);
    expect([pbx.seed, call.isUp, person.isUp]).toEqual([pbx.seed, true, true]);
    await call.hangUp();
  },
  'is hung up by the bot, which wants it twice': async (pbx, call) => {
    await pbx.wait(5);
    await wants(pbx, call, 'hangup');
    if (!call.isOver) await wants(pbx, call, 'hangup');
  },
};

test.each(Object.entries(CALLS))('a caller who %s leaves nothing behind, in 8 interleavings', (_, goes) =>
  forSeeds(8, async (seed) => {
    const pbx = await testCalls({ [APP]: handler }, { ...SETUP, delivery: 'concurrently', cold: true, seed });
    await goes(pbx, await pbx.dial('agent'));
    await nothingIsLeft(pbx, seed);
  }),
);
