import { callHandler, channelState } from 'ari-eventbridge';
import { forSeeds, type TestCall, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';

const pin = channelState<{ digits: string }>('pin');

/** Reads the digits so far, adds one, and writes: two at the same time lose one. */
const naivePin = callHandler({
  StasisStart: ({ channel }) => channel.answer(),
  ChannelDtmfReceived: async ({ event, channel }) => {
    const { digits } = (await pin.get({ event, channel })) ?? { digits: '' };
    await pin.set({ event, channel }, { digits: digits + event.digit });
  },
});

/** Each digit is in a variable of its own, named by its place in the call: whichever is written first, none is lost. */
const safePin = callHandler({
  StasisStart: ({ channel }) => channel.answer(),
  ChannelDtmfReceived: ({ event, channel }) =>
    channel.setChannelVar({ variable: `DIGIT_${event.metadata.channelSequence}`, value: event.digit }),
});

async function typed(handler: typeof naivePin, seed: number): Promise<{ pbx: TestPbx; call: TestCall }> {
  const pbx = await testCalls({ Pin: handler }, { delivery: 'concurrently', seed });
  const call = await pbx.dial('Pin');
  await call.press('4711');
  await pbx.settled();
  return { pbx, call };
}

const written = (call: TestCall) => JSON.parse(call.variable('STATE_pin') ?? '{}').digits;
const kept = (call: TestCall) =>
  call
    .events('ChannelDtmfReceived')
    .map(({ metadata }) => call.variable(`DIGIT_${metadata.channelSequence}`))
    .join('');

describe('events that are handled at the same time', () => {
  test('catch a handler that reads and writes its state unsafely', async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const { pbx, call } = await typed(naivePin, seed);
      outcomes.add(written(call));
      await pbx.close();
    }
    expect(outcomes.has('4711')).toBe(true);
    expect(outcomes.size).toBeGreaterThan(10);
  });

  test('leave a handler right that is', () =>
    forSeeds(100, async (seed) => {
      const { pbx, call } = await typed(safePin, seed);
      expect([call.isUp, kept(call)]).toEqual([true, '4711']);
      await pbx.close();
    }));

  test('happen the same with the same seed', async () => {
    for (const seed of [1, 2, 3]) {
      const runs = [];
      for (let run = 0; run < 2; run++) {
        const { pbx, call } = await typed(naivePin, seed);
        runs.push([written(call), pbx.events.map(({ type, metadata }) => `${type} ${metadata.sequence}`)]);
        await pbx.close();
      }
      expect(runs[0]).toEqual(runs[1]);
    }
  });

  test('find callers who act in the middle of what their call has begun', async () => {
    const states = new Set<string>();
    const handler = callHandler({
      StasisStart: async ({ channel }) => {
        await channel.setChannelVar({ variable: 'A', value: '1' });
        await channel.setChannelVar({ variable: 'B', value: '1' });
      },
    });
    for (let seed = 0; seed < 60; seed++) {
      const pbx = await testCalls({ App: handler }, { delivery: 'concurrently', seed });
      const call = await pbx.dial('App');
      states.add(`${call.variable('A') ?? '-'}${call.variable('B') ?? '-'}`);
      await call.hangUp();
      await pbx.settled();
      expect(pbx.deadLetters).toEqual([]);
      await pbx.close();
    }
    expect([...states].toSorted()).toEqual(['--', '1-', '11']);
  });

  test('go to environments of their own, as Lambda has one event at a time in each', async () => {
    let most = 0;
    for (let seed = 0; seed < 30; seed++) {
      const here = new Map<object, number>();
      const handler = callHandler({ ChannelDtmfReceived: async ({ channel }) => void (await channel.variable('X')) });
      const counted = (original: typeof handler): typeof handler => {
        const one = async (envelope: Parameters<typeof original>[0]) => {
          here.set(one, (here.get(one) ?? 0) + 1);
          most = Math.max(most, here.get(one) ?? 0);
          await original(envelope);
          here.set(one, (here.get(one) ?? 1) - 1);
        };
        return Object.assign(one, {
          eventTypes: original.eventTypes,
          connectorEventTypes: original.connectorEventTypes,
          outcomes: original.outcomes,
          conditions: original.conditions,
          hasOnceStore: original.hasOnceStore,
          withOptions: (options: Parameters<typeof original.withOptions>[0]) => counted(original.withOptions(options)),
        });
      };
      const pbx = await testCalls({ App: counted(handler) }, { delivery: 'concurrently', seed });
      const call = await pbx.dial('App');
      await call.press('123456');
      await pbx.settled();
      await pbx.close();
    }
    expect(most).toBe(1);
  });
});

describe('the seed', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test('is printed where none was given', async () => {
    const print = vi.spyOn(console, 'info').mockImplementation(() => {});
    const pbx = await testCalls({ App: safePin }, { delivery: 'concurrently' });
    expect(print.mock.calls).toEqual([[`testCalls: concurrently, seed ${pbx.seed}`]]);
    await pbx.close();
    await (await testCalls({ App: safePin }, { delivery: 'concurrently', seed: 7 })).close();
    expect(print).toHaveBeenCalledTimes(1);
  });

  test('of a failing run is in the error, and repeats it alone', async () => {
    const tried: number[] = [];
    const fails = async (seed: number) => {
      tried.push(seed);
      if (tried.length === 3) throw new Error('expected 4711, got 411');
    };
    const failure = await forSeeds(5, fails).catch((error: Error) => error);
    const [, , third] = tried;
    expect(tried).toHaveLength(3);
    expect(String(failure)).toBe(
      `Error: Seed ${third} fails, number 3 of 5 (SEED=${third} repeats it): expected 4711, got 411`,
    );
    vi.stubEnv('SEED', String(third));
    tried.splice(0);
    await forSeeds(5, fails);
    expect(tried).toEqual([third]);
  });
});
