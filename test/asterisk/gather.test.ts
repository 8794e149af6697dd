import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CallHandler, callHandler } from '../../lib/call-handler/call-handler.ts';
import { until } from '../support/until.ts';
import { SipPhone } from './phone/sip-phone.ts';
import { OWN_ASTERISK } from './real-asterisk.ts';
import { placeCall } from './sipp.ts';
import { VerbsStage } from './verbs-stage.ts';

const APP = 'Gather';
const DIGITS = 10;
/** By each kind of keys. */
const CALLS = 3;
/** `GATHERS=1000` for as many of each way, of 100 callers at the same time or of `CALLERS`: they take minutes. */
const GATHERS = process.env.GATHERS === undefined ? undefined : Number(process.env.GATHERS);
const AT_ONCE = Number(process.env.CALLERS ?? 100);
/** By events, each digit takes a command. */
const WAYS = [
  { way: 'dialplan', count: GATHERS ?? 50, atOnce: GATHERS === undefined ? 50 : AT_ONCE, prompted: 'StasisEnd' },
  { way: 'events', count: GATHERS ?? 20, atOnce: GATHERS === undefined ? 20 : AT_ONCE, prompted: 'PlaybackStarted' },
] as const;
/** For what callers press at the same time, on a machine that does other things too. */
const LIMIT_MS = 240_000;
/** Longer than until they press. */
const FIRST_DIGIT_S = 300;
/** So long events take to the handler, beside the connector's own time. */
const HOP_MS = 150;
/** Within this time a prompt ends that a key stops. */
const BARGE_IN_MS = 50;
/** Callers that press the digits of the extension, and hang up 0 to 1.9 s later. */
const LEAVING = `
[presses-and-leaves]
exten => _X!,1,Wait(1)
 same => n,SendDTMF(\${EXTEN},20,40)
 same => n,Wait(\${RAND(0,1)}.\${RAND(0,9)})
 same => n,Hangup()
`;
/** What a phone sends. Without it, Asterisk would give the channels 192,000 samples a second, and resample every prompt. */
const FORMATS = 'ulaw';

interface Gathered {
  channelId: string;
  outcome: string;
  digits: string;
}

let stage: VerbsStage;
let gathered: Gathered[] = [];
/** By channel: the caller's number, which is what the caller presses. */
const callers = new Map<string, string>();

const randomDigits = () => Array.from({ length: DIGITS }, () => Math.floor(Math.random() * 10)).join('');

const gather = (way: 'dialplan' | 'events'): CallHandler =>
  callHandler({
    StasisStart: ({ call, event }) => {
      callers.set(call.id, event.channel.caller.number);
      call.gather('number', { prompt: 'sound:silent-prompt', maxDigits: DIGITS, timeout: FIRST_DIGIT_S, way });
    },
    gathered: {
      number: ({ call, event, outcome, digits }) => {
        // Digits that the dialplan collects are on the bus as words.
        if (way === 'dialplan') expect(event.metadata.outcome).toMatchObject({ kind: 'gathered', outcome, digits });
        gathered.push({ channelId: call.id, outcome, digits });
        call.hangup();
      },
    },
  });

describe.skipIf(!OWN_ASTERISK)('a gather with a prompt of 20 s, on a real Asterisk', () => {
  beforeAll(async () => {
    stage = await VerbsStage.start({ gather: { app: APP } }, LEAVING);
    stage.asterisk.server.addSilence('silent-prompt', 20);
  });
  afterAll(() => stage?.end());
  afterEach(() => stage.hangUpAll());
  beforeEach(() => {
    gathered = [];
    callers.clear();
    stage.faults.length = 0;
    stage.counts = {};
  });

  test.each(['rtp', 'info'] as const)('ends the prompt within 50 ms of the first key, sent by %s', async (keysBy) => {
    stage.hopMs = HOP_MS;
    stage.serve(APP, gather('dialplan'));
    const ends: number[] = [];
    for (let each = 0; each < CALLS; each++) {
      const phone = await SipPhone.call(stage.asterisk.server.sipPort, 'gather', keysBy);
      const { heard } = phone.rtp;
      await until('the prompt', () => heard.length > 25);
      const pressed = await phone.press('1', { ms: 100 });
      await sleep(300);
      ends.push(Math.round((heard.at(-1)?.at ?? Number.NaN) - pressed));
      const before = heard.length;
      await phone.press('234567890');
      await until('Asterisk to hang up', () => phone.isOver);
      expect(heard.length).toBe(before);
      phone.close();
    }
    console.log(`The prompt's last packet, in ms after the first key (${keysBy}): ${ends.join(', ')}`);
    expect(Math.max(...ends)).toBeLessThanOrEqual(BARGE_IN_MS);
    expect(gathered.map(({ digits }) => digits)).toEqual(Array(CALLS).fill('1234567890'));
    expect(stage.faults).toEqual([]);
  });

  test.each(WAYS)(
    'collects by the $way what callers press, $atOnce at the same time',
    async ({ way, count, atOnce, prompted }) => {
      stage.hopMs = HOP_MS;
      stage.serve(APP, gather(way));
      const numbers: string[] = [];
      // What a caller presses before the prompt begins is no digit of the gather.
      const afterMs = 5000 + 50 * atOnce;
      while (numbers.length < count) {
        const own = Array.from({ length: atOnce }, () => randomDigits());
        numbers.push(...own);
        const calls = placeCall(stage.asterisk.server.sipPort, { to: 'gather', numbers: { own, afterMs } });
        calls.catch(() => {}); // awaited below
        const prompts = () => [...callers.keys()].filter((id) => stage.seen.has(`${prompted} ${id}`)).length;
        await until(`${numbers.length} prompts`, () => prompts() === numbers.length, afterMs);
        await until(`${numbers.length} outcomes`, () => gathered.length >= numbers.length, LIMIT_MS).catch(
          (cause: Error) => {
            const missing = [...callers.keys()].filter((id) => !gathered.some(({ channelId }) => channelId === id));
            throw new Error(
              `${cause.message}: without ${missing.join(', ')}; faults: ${stage.faults.join('; ') || 'none'}; gaps: ${JSON.stringify(stage.gaps)}`,
            );
          },
        );
        await calls;
      }
      const wrong = gathered.filter((each) => each.outcome !== 'ok' || each.digits !== callers.get(each.channelId));
      console.log(
        `By the ${way}: ${gathered.length} gathers, ${wrong.length} wrong; events: ${JSON.stringify(stage.counts)}`,
      );
      expect(wrong.map((each) => ({ ...each, pressed: callers.get(each.channelId) }))).toEqual([]);
      await stage.isEmpty();
      expect(gathered.map(({ channelId }) => channelId).toSorted()).toEqual([...callers.keys()].toSorted());
      expect([...callers.values()].toSorted()).toEqual(numbers.toSorted());
      expect(stage.faults).toEqual([]);
    },
    GATHERS === undefined ? 120_000 : 1_800_000,
  );

  test.each(['dialplan', 'events'] as const)(
    'by the %s, is over once for each of 40 callers who press digits and hang up',
    async (way) => {
      stage.hopMs = HOP_MS;
      stage.serve(APP, gather(way));
      const ids = Array.from({ length: 40 }, (_, index) => `leaves-${way}-${index}`);
      // Half of them press all digits: the last one and the hang-up come at about the same time.
      const digitsOf = (id: string) => (Number(id.split('-').at(-1)) % 2 === 0 ? '1234567890' : '123456');
      for (const id of ids) {
        const far = { channelId: `far-${id}`, context: 'presses-and-leaves', extension: digitsOf(id), priority: 1 };
        const endpoint = 'Local/gather@default/n';
        await stage.ari.channels.originate({ endpoint, otherChannelId: id, formats: FORMATS, ...far });
      }
      await until('an outcome of each', () => gathered.length >= ids.length, LIMIT_MS);
      await stage.isEmpty();
      await sleep(HOP_MS * 4); // what comes twice, comes now
      expect(gathered.map(({ channelId }) => channelId).toSorted()).toEqual(ids.toSorted());
      for (const { channelId, outcome, digits } of gathered) {
        if (outcome === 'ok') expect([channelId, digits]).toEqual([channelId, digitsOf(channelId)]);
        else expect([channelId, outcome]).toEqual([channelId, 'hungup']);
      }
      console.log(`By the ${way}: ${gathered.map(({ outcome, digits }) => `${outcome} ${digits}`).join(', ')}`);
      expect(gathered.some(({ outcome, digits }) => outcome === 'hungup' && digits === '123456')).toBe(true);
      expect(stage.faults).toEqual([]);
    },
    LIMIT_MS,
  );
});
