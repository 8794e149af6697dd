import { forSeeds, type TestCall, type TestCallsOptions, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../../functions/voice-agent/index.ts';

const APP = 'Voice-Agent';
const BOT = 'AudioSocket/127.0.0.1:9092';
const PERSON = 'PJSIP/reception';
const CALL = /^http:\/\/127.0.0.1:9093\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the bot says that comes next; undefined where its program is gone. */
let intent: string | undefined;
/** The addresses that it was asked at. */
let asked: string[] = [];

beforeEach(() => {
  [intent, asked] = ['person', []];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (address) => {
    asked.push(String(address));
    return intent === undefined ? new Response('', { status: 503 }) : Response.json({ intent });
  });
});
afterEach(() => void vi.restoreAllMocks());

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
  const start = async (more: TestCallsOptions = {}) => {
    const pbx = await testCalls({ [APP]: handler }, { dialplan: { agent: APP }, ...options, ...more });
    return { pbx, call: await pbx.dial('agent') };
  };

  test('talks to the bot, and then to the person whom the bot wants', async () => {
    const { pbx, call } = await start();
    expect([call.isUp, pbx.phone(BOT).isUp]).toEqual([true, true]);
    await pbx.phone(BOT).hangUp();
    expect(asked).toEqual(Array(asked.length).fill(expect.stringMatching(CALL)));
    await pbx.phone(PERSON).answer();
    expect([call.isUp, pbx.phone(PERSON).isUp]).toEqual([true, true]);
    await pbx.phone(PERSON).hangUp();
    expect(call.isOver).toBe(true);
    await nothingIsLeft(pbx);
  });

  test('is hung up when the bot wants that', async () => {
    intent = 'hangup';
    const { pbx, call } = await start();
    await pbx.phone(BOT).hangUp();
    expect(call.isOver).toBe(true);
    await nothingIsLeft(pbx);
  });

  test('is left to a person where the bot ends and cannot be asked', async () => {
    intent = undefined;
    const { pbx, call } = await start();
    await pbx.phone(BOT).hangUp();
    await pbx.phone(PERSON).answer();
    await call.hangUp();
    await nothingIsLeft(pbx);
  });

  test('is left to a person where no bot is there', async () => {
    const { pbx, call } = await start({ phones: { [PERSON]: 'answers' } });
    expect([call.isUp, pbx.phone(PERSON).isUp, asked]).toEqual([true, true, []]);
    await call.hangUp();
    await nothingIsLeft(pbx);
  });

  test('who hangs up ends the bot, which is asked nothing', async () => {
    const { pbx, call } = await start();
    await call.hangUp();
    expect(asked).toEqual([]);
    await nothingIsLeft(pbx);
  });
});

/** How a call goes, from its beginning. */
const CALLS: Record<string, (pbx: TestPbx, call: TestCall) => Promise<void>> = {
  'hangs up at once': (_, call) => call.hangUp(),
  'hangs up as the bot ends': async (pbx, call) => {
    await pbx.wait(5);
    await Promise.all([pbx.phone(BOT).hangUp(), call.hangUp()]);
  },
  'is transferred, and nobody answers': async (pbx) => {
    await pbx.wait(5);
    await pbx.phone(BOT).hangUp();
    await pbx.wait(60);
  },
  'talks to a person, and hangs up': async (pbx, call) => {
    await pbx.wait(5);
    await pbx.phone(BOT).hangUp();
    await pbx.wait(10);
    await pbx.phone(PERSON).answer();
    await pbx.wait(10);
    expect([pbx.seed, call.isUp, pbx.phone(PERSON).isUp]).toEqual([pbx.seed, true, true]);
    await call.hangUp();
  },
};

test.each(Object.entries(CALLS))('a caller who %s leaves nothing behind, in 8 interleavings', (_, goes) =>
  forSeeds(8, async (seed) => {
    const options: TestCallsOptions = { delivery: 'concurrently', cold: true, seed };
    const pbx = await testCalls({ [APP]: handler }, { dialplan: { agent: APP }, ...options });
    await goes(pbx, await pbx.dial('agent'));
    await nothingIsLeft(pbx, seed);
  }),
);
