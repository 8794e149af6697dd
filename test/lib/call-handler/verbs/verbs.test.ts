import { describe, expect, test } from 'vitest';
import { callHandler } from '../../../../lib/call-handler/call-handler.ts';
import { forSeeds, type TestCallsOptions, testCalls } from '../../../../lib/testing/index.ts';

const DIALPLAN = { pin: 'Pin,x', inside: ['Wait(3600)'] };

/** Four digits, three tries; a right one goes on in the dialplan. */
const pin = (way: 'dialplan' | 'events') =>
  callHandler({
    StasisStart: ({ call }) => call.gather('pin', { prompt: 'sound:vm-password', maxDigits: 4, timeout: 9, way }),
    gathered: {
      pin: ({ call, digits, attempt }) => {
        if (digits === '4711') call.play('sound:auth-thankyou').leave({ context: 'default', extension: 'inside' });
        else if (attempt === 3) call.play('sound:vm-goodbye').hangup();
        else call.gather('pin', { prompt: ['sound:vm-incorrect', 'sound:vm-password'], maxDigits: 4, way });
      },
    },
  });

const WAYS: Record<string, TestCallsOptions> = {
  once: {},
  cold: { cold: true },
  'twice, cold': { cold: true, delivery: () => 'twice' },
};

describe.each(['dialplan', 'events'] as const)('a gather by the %s', (way) => {
  describe.each(Object.entries(WAYS))('delivered %s', (_, options) => {
    const start = async () => {
      const pbx = await testCalls({ Pin: pin(way) }, { dialplan: DIALPLAN, ...options });
      return { pbx, call: await pbx.dial('pin') };
    };

    test('a right pin', async () => {
      const { pbx, call } = await start();
      await call.press('4711');
      await pbx.wait(30);
      expect([call.isOver, call.app, call.channel?.dialplan.exten]).toEqual([false, undefined, 'inside']);
      expect(pbx.deadLetters).toEqual([]);
      await pbx.close();
    });

    test('a wrong one with the finishing key, then a right one', async () => {
      const { pbx, call } = await start();
      await call.press('47#');
      await pbx.wait(2);
      await call.press('4711');
      await pbx.wait(30);
      expect(call.channel?.dialplan.exten).toBe('inside');
      await pbx.close();
    });

    test('silence, three times', async () => {
      const { pbx, call } = await start();
      await pbx.wait(120);
      expect(call.isOver).toBe(true);
      expect(pbx.deadLetters).toEqual([]);
      await pbx.close();
    });

    test('a caller who stops half way is asked again', async () => {
      const { pbx, call } = await start();
      await call.press('47');
      await pbx.wait(6);
      await call.press('4711');
      await pbx.wait(30);
      expect(call.channel?.dialplan.exten).toBe('inside');
      await pbx.close();
    });
  });

  test('a pin is right in 15 interleavings of events and commands', () =>
    forSeeds(15, async (seed) => {
      const pbx = await testCalls(
        { Pin: pin(way) },
        { dialplan: DIALPLAN, delivery: 'concurrently', cold: true, seed },
      );
      const call = await pbx.dial('pin');
      await pbx.wait(8); // commands and events take up to a second each
      await call.press('4711');
      await pbx.wait(60);
      expect([seed, call.channel?.dialplan.exten]).toEqual([seed, 'inside']);
      await pbx.close();
    }));
});
