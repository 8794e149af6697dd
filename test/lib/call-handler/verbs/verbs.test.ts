import { describe, expect, test } from 'vitest';
import { callHandler } from '../../../../lib/call-handler/call-handler.ts';
import { createLog } from '../../../../lib/log.ts';
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

describe.each(['dialplan', 'events'] as const)('the time for digits by the %s', (way) => {
  /** What came of it, and after how many seconds of the test. */
  const outcomes: [at: number, digits: string, outcome: string][] = [];
  const start = async () => {
    outcomes.length = 0;
    const handler = callHandler({
      StasisStart: ({ call }) =>
        call.gather('number', {
          prompt: 'sound:vm-password',
          maxDigits: 9,
          timeout: 5,
          interDigitTimeout: 3,
          tries: 2,
          way,
        }),
      gathered: {
        number: ({ call, event, digits, outcome }) => {
          outcomes.push([Date.parse(event.timestamp), digits, outcome]);
          call.hangup();
        },
      },
    });
    const pbx = await testCalls({ App: handler }, { cold: true });
    return { pbx, call: await pbx.dial('App') };
  };
  const pressedAt = (pbx: Awaited<ReturnType<typeof testCalls>>): number =>
    Date.parse(pbx.events.findLast(({ type }) => type === 'ChannelDtmfReceived')?.timestamp ?? '');

  test('begins again with each digit', async () => {
    const { pbx, call } = await start();
    for (const digit of '4711') {
      await call.press(digit);
      await pbx.wait(2.5);
    }
    expect(outcomes).toEqual([]);
    await pbx.wait(3);
    expect(outcomes).toEqual([[expect.anything(), '4711', 'timeout']]);
    const seconds = ((outcomes[0]?.[0] ?? 0) - pressedAt(pbx)) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(2.9);
    expect(seconds).toBeLessThanOrEqual(4);
    await pbx.close();
  });

  test('begins with a key that stops the second prompt', async () => {
    const { pbx, call } = await start();
    while (call.heard.filter((media) => media === 'sound:vm-password').length < 2) await pbx.wait(0.5);
    await call.press('4');
    await pbx.wait(5);
    expect(outcomes).toEqual([[expect.anything(), '4', 'timeout']]);
    expect(((outcomes[0]?.[0] ?? 0) - pressedAt(pbx)) / 1000).toBeLessThanOrEqual(4);
    await pbx.close();
  });
});

test('a list by events that came late changes nothing of what a later one does', async () => {
  const heard: string[] = [];
  const handler = callHandler({
    StasisStart: ({ call }) => call.gather('first', { maxDigits: 1, timeout: 30, way: 'events' }),
    gathered: {
      first: ({ call, digits }) => {
        heard.push(`first ${digits}`);
        call.gather('second', { maxDigits: 1, timeout: 30, way: 'events' });
      },
      second: ({ call, digits }) => {
        heard.push(`second ${digits}`);
        call.hangup();
      },
    },
  });
  const pbx = await testCalls({ App: handler }, { cold: true });
  const call = await pbx.dial('App');
  await call.press('1');
  await pbx.wait(2);
  const start = pbx.events.find(({ type }) => type === 'StasisStart');
  if (start) await pbx.redeliver(start);
  await pbx.wait(2);
  await call.press('2');
  await pbx.wait(5);
  expect([heard, call.isOver]).toEqual([['first 1', 'second 2'], true]);
  await pbx.close();
});

test('a verb that the dialplan does not have makes a dead letter at once', async () => {
  const handler = callHandler({
    StasisStart: ({ call }) => call.wait(1).next('end'),
    next: { end: ({ call }) => call.hangup() },
  });
  const pbx = await testCalls({ App: handler });
  const call = await pbx.dial('App');
  await pbx.wait(5);
  expect([pbx.deadLetters, call.isOver]).toEqual([[], true]);
  const args = ['ari-eventbridge', 'next', 'end', '9', '1', 'UNKNOWN', '', ''];
  const start = pbx.events.find(({ type }) => type === 'StasisStart');
  if (start?.type !== 'StasisStart') throw new Error('Expected a StasisStart');
  const events: string[] = [];
  const deadLetter = async (_: object, error: Error) => void events.push(error.message);
  const one = handler.withOptions({ clientOf: () => pbx.ari, deadLetter, log: createLog({}, () => {}) });
  const detail = { ...start, args: [...start.args, ...args] };
  await one({ source: 'asterisk.ari', 'detail-type': 'StasisStart', detail } as Parameters<typeof one>[0]);
  expect(events).toEqual([expect.stringContaining('write extensions.conf again with asterisk-config')]);
  await pbx.close();
});
