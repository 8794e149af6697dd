import { AriError, type CallFunctions, callHandler } from 'ari-eventbridge';
import { type TestCallsOptions, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test } from 'vitest';

let pbx: TestPbx;
const lines: string[] = [];
afterEach(() => pbx.close());

async function start(functions: CallFunctions, options: TestCallsOptions = {}): Promise<void> {
  lines.length = 0;
  pbx = await testCalls({ App: callHandler(functions) }, { onLog: (line) => lines.push(line), ...options });
}

const logged = () => lines.map((line) => JSON.parse(line)).map(({ level, message }) => `${level} ${message}`);

describe('another leg that hung up', () => {
  /** Puts the caller and a leg that is gone into a bridge, as a function does that heard of the leg a moment before. */
  const joins: CallFunctions = {
    StasisStart: async ({ channel, ari }) => {
      await channel.answer();
      const { id: bridgeId } = await ari.bridges.create({ type: 'mixing' });
      await ari.bridges.addChannel({ bridgeId, channel: [channel.id, 'gone-leg'] });
    },
  };

  test('makes a warning that names it, no dead letter, and leaves no bridge behind', async () => {
    await start(joins);
    const call = await pbx.dial('App');
    expect(logged()).toEqual(['warn Another leg hung up meanwhile']);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      legs: ['gone-leg'],
      destroyedBridges: [expect.any(String)],
      channel: call.id,
      reason: expect.stringContaining('400 Channel not found'),
    });
    expect([pbx.bridges, pbx.deadLetters, call.isUp]).toEqual([[], [], true]);
  });

  test('leaves a bridge in place that a channel is in', async () => {
    await start({
      StasisStart: async ({ channel, ari }) => {
        await ari.bridges.createWithId({ bridgeId: 'room' });
        await ari.bridges.addChannel({ bridgeId: 'room', channel: channel.id });
        await ari.channels.hangup({ channelId: 'gone-leg' });
      },
    });
    const call = await pbx.dial('App');
    expect([call.bridge, logged()]).toEqual(['room', ['warn Another leg hung up meanwhile']]);
  });

  test('can be told by the function itself, which does what is right for those who are left', async () => {
    await start({
      StasisStart: async ({ channel, ari }) => {
        try {
          await ari.bridges.createWithId({ bridgeId: 'room' });
          await ari.bridges.addChannel({ bridgeId: 'room', channel: ['gone-leg'] });
        } catch (error) {
          if (!(error instanceof AriError && error.kind === 'gone')) throw error;
          if (error.channelIds.includes('gone-leg')) await channel.hangup({ reason: 'no_answer' });
        }
      },
    });
    const call = await pbx.dial('App');
    expect([call.isOver, lines, pbx.deadLetters]).toEqual([true, [], []]);
  });

  test('is not taken from a bridge that is gone: that fails the function', async () => {
    await start({ StasisStart: ({ ari }) => ari.bridges.addChannel({ bridgeId: 'none', channel: 'gone-leg' }) });
    await expect(pbx.dial('App')).rejects.toThrow('404 Bridge not found');
    expect(pbx.deadLetters).toHaveLength(1);
  });
});

describe('a call that left the app', () => {
  const dialplan = { in: ['Stasis(App)', 'Wait(60)'] };

  test('makes a line in the log of what was to be done for it later, and no error', async () => {
    await start(
      {
        StasisStart: async ({ channel }) => {
          await channel.answer();
          await channel.continueInDialplan();
          await channel.play({ media: 'sound:too-late' });
        },
        ChannelDtmfReceived: ({ channel }) => channel.play({ media: 'sound:later-still' }),
      },
      { dialplan, delivery: ({ type }) => (type === 'ChannelDtmfReceived' ? 'held' : 'once') },
    );
    const call = await pbx.dial('in');
    expect([call.isOver, call.app, logged()]).toEqual([false, undefined, ['info The call has left the app meanwhile']]);
    expect(pbx.deadLetters).toEqual([]);
  });

  test('is an error for a leg that never was in it: it rings still', async () => {
    await start(
      {
        StasisStart: async ({ ari }) => ari.channels.originate({ endpoint: 'PJSIP/1001', app: 'App' }),
        ChannelStateChange: ({ channel }) => channel.play({ media: 'sound:too-early' }),
      },
      { phones: { 'PJSIP/1001': 'rings' } },
    );
    await expect(pbx.dial('App')).rejects.toThrow('409 Channel not in Stasis application');
  });
});

describe.each(['StasisEnd', 'ChannelHangupRequest', 'ChannelDestroyed'] as const)('in the function of %s', (type) => {
  test('a channel that is gone makes a dead letter at once: no failure is silent', async () => {
    let runs = 0;
    await start({
      StasisStart: async ({ ari, event }) => {
        // ChannelDestroyed reaches apps that subscribed to the channel.
        await ari.applications.subscribe({ applicationName: 'App', eventSource: `channel:${event.channel.id}` });
      },
      [type]: async ({ channel }: { channel: { getChannelVar(params: { variable: string }): Promise<unknown> } }) => {
        runs += 1;
        await channel.getChannelVar({ variable: 'CAMPAIGN' });
      },
    } as CallFunctions);
    const call = await pbx.dial('App');
    await call.hangUp();
    // Once for each event: Asterisk sends two for a hang-up.
    const told = call.events(type);
    expect(told.length).toBeGreaterThan(0);
    expect(runs).toBe(told.length);
    expect(pbx.deadLetters).toEqual(told);
    for (const line of logged())
      expect(line).toMatch(/^error Gave up on the event.*404 Provided (channel|variable) was not found/);
    expect(lines).toHaveLength(told.length);
  });
});
