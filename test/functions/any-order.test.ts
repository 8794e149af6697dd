import { type Delivery, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { handler as introIvr } from '../../functions/intro-ivr/index.ts';
import { handler as superConference } from '../../functions/super-conference/index.ts';
import { handler as voicemail } from '../../functions/voicemail/index.ts';

const HANDLERS = { 'Intro-IVR': introIvr, 'Super-Conference': superConference, Voicemail: voicemail };

/** A caller who hears the menu: a key that is pressed before is no choice. */
async function hearMenu(pbx: TestPbx) {
  const call = await pbx.dial('ivr');
  await pbx.release();
  return call;
}

/** The callers' actions. The handlers do the rest. */
const CALLS: Record<string, (pbx: TestPbx) => Promise<unknown>> = {
  'a caller of ivr who is silent': (pbx) => pbx.dial('ivr'),
  'a caller of ivr who presses 1': (pbx) => hearMenu(pbx).then((call) => call.press('1')),
  'a caller of ivr who presses 2 and stays': (pbx) => hearMenu(pbx).then((call) => call.press('2')),
  'a caller of ivr who presses 2 and leaves': async (pbx) => {
    const call = await hearMenu(pbx);
    await call.press('2');
    await call.hangUp();
  },
  'two callers in a conference, of whom one leaves': async (pbx) => {
    const [alice] = [await pbx.dial('conference'), await pbx.dial('conference')];
    await alice.hangUp();
  },
  'a caller who leaves a message': async (pbx) => {
    const call = await pbx.dial('Voicemail');
    await pbx.wait(5);
    await call.press('#');
  },
  'a caller who hangs up on the mailbox': async (pbx) => {
    const call = await pbx.dial('Voicemail');
    await pbx.release(); // who hangs up before anything was handled leaves no message, which is right
    await pbx.wait(5);
    await call.hangUp();
  },
};

let pbx: TestPbx;
afterEach(() => pbx.close());

/** Runs the calls while one event is not delivered normally; after five minutes the state is final. */
async function outcomeOf(name: string, position: number, delivery: Delivery) {
  let handled = 0;
  const deliveryOf = (_: unknown, at: number): Delivery => {
    handled = at + 1;
    return at === position ? delivery : 'once';
  };
  pbx = await testCalls(HANDLERS, { cold: true, delivery: deliveryOf });
  await CALLS[name]?.(pbx);
  await pbx.release();
  await pbx.wait(300);
  const media = pbx.events.flatMap((event) => (event.type === 'PlaybackStarted' ? [event.playback.media_uri] : []));
  const messages = pbx.events.flatMap((event) =>
    event.type === 'ChannelUserevent' ? [event.userevent.recording] : [],
  );
  const bridges = pbx.bridges.map(({ id, channels }) => ({ id, channels }));
  return { handled, media, outcome: { bridges, messages, deadLetters: pbx.deadLetters } };
}

describe.each(Object.keys(CALLS))('%s', (name) => {
  test('is handled the same if any one event is delivered twice', async () => {
    const expected = await outcomeOf(name, -1, 'once');
    expect(expected.handled).toBeGreaterThan(0);
    for (let position = 0; position < expected.handled; position++) {
      const { media, outcome } = await outcomeOf(name, position, 'twice');
      expect({ position, media, outcome }).toEqual({ position, media: expected.media, outcome: expected.outcome });
    }
  });

  test('ends the same if any two consecutive events change places', async () => {
    const expected = await outcomeOf(name, -1, 'once');
    for (let position = 0; position < expected.handled; position++) {
      const { media, outcome } = await outcomeOf(name, position, 'after the next');
      expect({ position, outcome }).toEqual({ position, outcome: expected.outcome });
      // With a late start, earlier media are not played any more; other media never are.
      expect(expected.media.join()).toContain(media.join());
    }
  });
});
