import { type TestCallsOptions, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { handler as afterHours, isOpen } from '../../functions/after-hours/index.ts';
import { handler as pin } from '../../functions/pin/index.ts';

const INSIDE = { inside: ['Answer()', 'Wait(3600)'] };
const MONDAY_NOON = new Date('2026-11-23T12:00:00Z');
const SUNDAY = new Date('2026-11-22T12:00:00Z');

let pbx: Awaited<ReturnType<typeof testCalls>>;
afterEach(() => pbx?.close());

const dial = async (app: string, handler: Parameters<typeof testCalls>[0][string], options: TestCallsOptions = {}) => {
  pbx = await testCalls({ [app]: handler }, { ...options, dialplan: { ...INSIDE, ...options.dialplan } });
  return pbx.dial(app);
};

describe('pin', () => {
  test('lets in who knows it', async () => {
    const call = await dial('Pin', pin);
    await call.press('4711');
    await pbx.wait(5);
    expect([call.heard, call.channel?.dialplan.exten]).toEqual([
      ['sound:vm-password', 'sound:auth-thankyou'],
      'inside',
    ]);
  });

  test('hangs up on who does not, at the third time', async () => {
    const call = await dial('Pin', pin);
    for (const wrong of ['1111', '22#', '3']) {
      await call.press(wrong);
      await pbx.wait(4);
    }
    await pbx.wait(5);
    expect(call.heard.filter((media) => media === 'sound:vm-incorrect')).toHaveLength(2);
    expect([call.heard.at(-1), call.isOver]).toEqual(['sound:vm-goodbye', true]);
  });

  test('hangs up on silence', async () => {
    const call = await dial('Pin', pin);
    await pbx.wait(60);
    expect(call.isOver).toBe(true);
  });
});

describe('after hours', () => {
  test.each([
    ['2026-11-23T08:00:00Z', true],
    ['2026-11-23T07:59:59Z', false],
    ['2026-11-23T16:00:00Z', false],
    ['2026-11-22T12:00:00Z', false],
  ])('%s is %s', (at, open) => expect(isOpen(new Date(at))).toBe(open));

  test('takes a message on Sunday', async () => {
    const call = await dial('Hours', afterHours, { now: SUNDAY });
    await pbx.wait(4);
    await call.press('#');
    await pbx.wait(5);
    expect([call.heard, call.isOver]).toEqual([['sound:vm-isunavail', 'sound:beep', 'sound:vm-goodbye'], true]);
  });

  test('rings at the desk on Monday, and takes a message where nobody answers', async () => {
    const phones = { 'PJSIP/desk1': 'rings', 'PJSIP/desk2': 'rings' } as const;
    const call = await dial('Hours', afterHours, { now: MONDAY_NOON, phones });
    await pbx.wait(30);
    expect(call.heard).toContain('sound:vm-nobodyavail');
  });
});
