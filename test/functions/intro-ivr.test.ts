import { type TestCallsOptions, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { handler as introIvr } from '../../functions/intro-ivr/index.ts';
import { handler as superConference } from '../../functions/super-conference/index.ts';

const [GREETING, SILENCE, GOODBYE] = ['sound:hello-world', 'sound:silence/5', 'sound:vm-goodbye'];

let pbx: TestPbx;
afterEach(() => pbx.close());

async function dial(options?: TestCallsOptions) {
  pbx = await testCalls({ 'Intro-IVR': introIvr, 'Super-Conference': superConference }, options);
  return pbx.dial('ivr');
}

/** How Asterisk is: as `asterisk-config` writes its dialplan, or without the contexts of verbs. */
const DIALPLANS = [true, false];

describe.each<[string, TestCallsOptions]>(
  DIALPLANS.flatMap((verbs) => {
    const way = verbs ? 'by the dialplan' : 'by events';
    return [
      [`once, ${way}`, { verbs }],
      [`twice, ${way}`, { delivery: () => 'twice', verbs }],
      [`once, each to a cold function, ${way}`, { cold: true, verbs }],
      [`twice, each to a cold function, ${way}`, { delivery: () => 'twice', cold: true, verbs }],
    ];
  }),
)('with every event delivered %s, a caller of ivr', (_, options) => {
  test('who is silent hears greeting and goodbye, and is hung up', async () => {
    const call = await dial(options);
    expect(call.isUp).toBe(true);
    await pbx.wait(10);
    expect(call.heard.filter((media) => media !== SILENCE)).toEqual([GREETING, GOODBYE]);
    expect(call.isOver).toBe(true);
  });

  test('who presses 1 hears something, and goodbye', async () => {
    const call = await dial(options);
    await call.press('1');
    await call.playbackEnds();
    expect(call.heard).toEqual([GREETING, 'sound:tt-monkeys', GOODBYE]);
    expect(call.isOver).toBe(true);
  });

  test('who presses 2 is in conference room 100', async () => {
    const call = await dial(options);
    await call.press('2');
    expect(call.bridge).toBe('100');
    expect(call.app).toBe('Super-Conference');
    expect(call.heard).toEqual([GREETING]);
  });

  test('who presses anything else hears goodbye', async () => {
    const call = await dial(options);
    await call.press('#');
    await pbx.wait(10);
    expect(call.heard).toEqual([GREETING, GOODBYE]);
    expect(call.isOver).toBe(true);
  });
});

describe('late events', () => {
  test('a second digit has no effect: the first was the choice', async () => {
    const call = await dial();
    await call.press('12');
    await pbx.wait(10);
    expect(call.heard).toEqual([GREETING, 'sound:tt-monkeys', GOODBYE]);
    expect(pbx.bridges).toEqual([]);
  });

  test('neither the start nor a digit affects a caller who is in the conference already', async () => {
    const call = await dial({ cold: true });
    await call.press('2');
    for (const event of call.events()) await pbx.redeliver(event);
    expect(call.heard).toEqual([GREETING]);
    expect(pbx.bridges).toMatchObject([{ id: '100', channels: [call.id] }]);
  });

  test('events after the caller has hung up cause no errors', async () => {
    const call = await dial({ cold: true });
    await call.press('1');
    await call.hangUp();
    for (const event of call.events()) await pbx.redeliver(event);
    expect(pbx.deadLetters).toEqual([]);
  });
});
