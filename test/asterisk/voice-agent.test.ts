import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CallHandler } from '../../lib/call-handler/call-handler.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import { AudioBot, type Conversation, GREETING } from './audio-bot.ts';
import { SipPhone } from './phone/sip-phone.ts';
import { OWN_ASTERISK } from './real-asterisk.ts';
import { VerbsStage } from './verbs-stage.ts';

const APP = 'Voice-Agent';
/** What the caller says, in hertz. */
const SPEECH = 440;
/** What the person says whom callers are transferred to: the tone of a telephone exchange. */
const PERSON = 600;
const PERSONS = `
[persons]
exten => talks,1,Answer()
 same => n,PlayTones(${PERSON})
 same => n,Wait(60)
`;
/** So much of what is heard must be the tone. */
const CLEAR = 0.8;

let stage: VerbsStage;
let bot: AudioBot | undefined;
let ports: { audio: number; calls: number };
let phone: SipPhone;

describe.skipIf(!OWN_ASTERISK)('a voice agent, on a real Asterisk', () => {
  beforeAll(async () => {
    ports = { audio: await freePort(), calls: await freePort() };
    vi.stubEnv('BOT', `127.0.0.1:${ports.audio}`);
    vi.stubEnv('BOT_CALLS', `http://127.0.0.1:${ports.calls}`);
    vi.stubEnv('PERSON', 'Local/talks@persons');
    const { handler }: { handler: CallHandler } = await import('../../functions/voice-agent/index.ts');
    stage = await VerbsStage.start({ agent: { app: APP } }, PERSONS);
    stage.hopMs = 150;
    stage.serve(APP, handler);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await stage?.end();
  });
  afterEach(async () => {
    phone.close();
    await bot?.close();
    bot = undefined;
    await stage.hangUpAll();
  });

  const hears = (hertz: number) => until(`${hertz} Hz`, () => phone.rtp.hears(hertz) > CLEAR);

  /** Calls the bot, and hears its greeting. */
  async function greeted(): Promise<Conversation> {
    bot = await AudioBot.open(ports);
    phone = await SipPhone.call(stage.asterisk.server.sipPort, 'agent');
    await hears(GREETING);
    expect(bot.conversations).toHaveLength(1);
    return bot.conversations[0] as Conversation;
  }

  /** Nothing is left, and no function has failed. */
  async function nothingIsLeft(conversation?: Conversation): Promise<void> {
    await stage.isEmpty();
    if (conversation) await until('the bot’s connection to end', () => conversation.isOver);
    expect(stage.faults).toEqual([]);
  }

  test('stops talking when the caller speaks, and hears what the caller says', async () => {
    const conversation = await greeted();
    phone.rtp.says = SPEECH;
    const spoke = performance.now();
    await until('the bot to stop', () => phone.rtp.hears(GREETING, 100) === 0);
    console.log(`The bot was silent ${Math.round(performance.now() - spoke)} ms after the caller began to speak`);
    await until('half a second of speech', () => performance.now() - spoke > 500);
    phone.rtp.says = 0;
    await hears(SPEECH);
    await phone.hangUp();
    await nothingIsLeft(conversation);
  });

  test('transfers the caller to a person, and ends with it', async () => {
    const conversation = await greeted();
    await phone.press('0', { ms: 100 });
    await hears(PERSON);
    await until('the bot’s connection to end', () => conversation.isOver);
    await phone.hangUp();
    await nothingIsLeft(conversation);
  });

  test('hangs up', async () => {
    const conversation = await greeted();
    await phone.press('#', { ms: 100 });
    await until('Asterisk to hang up', () => phone.isOver);
    await nothingIsLeft(conversation);
  });

  test('whose program ends leaves the caller to a person', async () => {
    const conversation = await greeted();
    conversation.close();
    await hears(PERSON);
    await phone.hangUp();
    await nothingIsLeft(conversation);
  });

  test('that is not there leaves the caller to a person', async () => {
    phone = await SipPhone.call(stage.asterisk.server.sipPort, 'agent');
    await hears(PERSON);
    await phone.hangUp();
    await nothingIsLeft();
  });
});
