/** What callers do at the same time as the handlers, and what has to be true in the end, whatever comes first. */
import { type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { expect } from 'vitest';
import { handler as introIvr } from '../../functions/intro-ivr/index.ts';
import { handler as superConference } from '../../functions/super-conference/index.ts';
import { handler as voicemail } from '../../functions/voicemail/index.ts';

const HANDLERS = { 'Intro-IVR': introIvr, 'Super-Conference': superConference, Voicemail: voicemail };
const [GREETING, SOMETHING, GOODBYE] = ['sound:hello-world', 'sound:tt-monkeys', 'sound:vm-goodbye'];

const count = (heard: readonly string[], media: string): number => heard.filter((one) => one === media).length;
const left = (pbx: TestPbx) =>
  pbx.events.flatMap((event) => (event.type === 'ChannelUserevent' ? [event.userevent.recording] : []));

/** A caller of ivr who hears the menu: a key that is pressed before is no choice. */
async function hearMenu(pbx: TestPbx) {
  const call = await pbx.dial('ivr');
  for (let tenth = 0; tenth < 50 && !call.heard.includes(GREETING); tenth++) await pbx.wait(0.1);
  return call;
}

/** By function and situation. */
export const SITUATIONS: Record<string, (pbx: TestPbx) => Promise<void>> = {
  'intro-ivr: a caller who is silent': async (pbx) => {
    const call = await pbx.dial('ivr');
    await pbx.wait(60);
    expect(call.heard).toEqual([GREETING, GOODBYE]);
    expect(call.isOver).toBe(true);
  },
  'intro-ivr: a caller who presses 1': async (pbx) => {
    const call = await hearMenu(pbx);
    await call.press('1');
    await pbx.wait(60);
    expect([count(call.heard, SOMETHING), count(call.heard, GOODBYE), call.isOver]).toEqual([1, 1, true]);
    expect(count(call.heard, GREETING)).toBeLessThan(2);
  },
  'intro-ivr: a caller who presses 2': async (pbx) => {
    const call = await hearMenu(pbx);
    await call.press('2');
    await pbx.wait(60);
    expect([call.bridge, call.app, count(call.heard, GOODBYE)]).toEqual(['100', 'Super-Conference', 0]);
    await call.hangUp();
    await pbx.wait(60);
    expect(pbx.bridges).toEqual([]);
  },
  'intro-ivr: a caller who presses something else and hangs up': async (pbx) => {
    const call = await hearMenu(pbx);
    await call.press('5');
    await call.hangUp();
    await pbx.wait(60);
    expect(call.isOver).toBe(true);
  },
  'intro-ivr: a caller who presses three digits in a row': async (pbx) => {
    const call = await hearMenu(pbx);
    await call.press('131');
    await pbx.wait(60);
    expect([count(call.heard, GOODBYE), call.isOver]).toEqual([1, true]);
    expect(count(call.heard, SOMETHING)).toBeLessThan(2);
  },
  'super-conference: three callers, of whom two leave, and a fourth': async (pbx) => {
    const [first, second] = [await pbx.dial('conference'), await pbx.dial('conference')];
    await first.hangUp();
    const third = await pbx.dial('conference');
    await second.hangUp();
    const fourth = await pbx.dial('conference');
    await pbx.wait(60);
    expect(pbx.bridges.map(({ id, channels }) => [id, channels.toSorted()])).toEqual([
      ['100', [third.id, fourth.id].toSorted()],
    ]);
    await third.hangUp();
    await fourth.hangUp();
    await pbx.wait(60);
    expect(pbx.bridges).toEqual([]);
  },
  'super-conference: a caller who hangs up at once': async (pbx) => {
    await (await pbx.dial('conference')).hangUp();
    await pbx.wait(60);
    expect(pbx.bridges).toEqual([]);
  },
  'voicemail: a caller who leaves a message and presses #': async (pbx) => {
    const call = await pbx.dial('Voicemail');
    await pbx.wait(6);
    await call.press('#');
    await pbx.wait(60);
    expect([left(pbx).length, count(call.heard, GOODBYE), call.isOver]).toEqual([1, 1, true]);
  },
  'voicemail: a caller who leaves a message and hangs up': async (pbx) => {
    const call = await pbx.dial('Voicemail');
    await pbx.wait(6);
    await call.hangUp();
    await pbx.wait(60);
    expect([left(pbx).length, call.isOver]).toEqual([1, true]);
  },
};

/** @throws where something is not as it has to be */
export async function happensRight(situation: string, seed: number): Promise<void> {
  const pbx = await testCalls(HANDLERS, { delivery: 'concurrently', seed });
  try {
    await SITUATIONS[situation]?.(pbx);
    expect(pbx.deadLetters).toEqual([]);
  } finally {
    await pbx.close();
  }
}
