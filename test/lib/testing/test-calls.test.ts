import { callHandler, GiveUp } from 'ari-eventbridge';
import { type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test } from 'vitest';

let pbx: TestPbx;
afterEach(() => pbx.close());

/** Records its events, in order. */
function noting() {
  const seen: string[] = [];
  const note = async ({ event }: { event: { type: string; metadata: { channelSequence?: number } } }) =>
    void seen.push(`${event.type} ${event.metadata.channelSequence}`);
  return { seen, handler: callHandler({ StasisStart: note, ChannelDtmfReceived: note, StasisEnd: note }) };
}

describe('events come', () => {
  test('in their order, numbered as the connector numbers them', async () => {
    const { seen, handler } = noting();
    pbx = await testCalls({ App: handler });
    const call = await pbx.dial('App');
    await call.press('1');
    await call.hangUp();
    expect(seen).toEqual(['StasisStart 1', 'ChannelDtmfReceived 2', 'StasisEnd 4']);
    const { id, ...metadata } = call.events('StasisEnd')[0]?.metadata ?? {};
    expect(metadata).toEqual({
      node: 'pbx-1',
      connection: 'test-connection',
      sequence: 4,
      channelId: call.id,
      channelSequence: 4,
      callId: call.id,
      receivedAt: '2026-01-01T09:00:00.000Z',
    });
  });

  test.each([
    ['twice', ['StasisStart 1', 'StasisStart 1', 'ChannelDtmfReceived 2']],
    ['after the next', ['ChannelDtmfReceived 2', 'StasisStart 1']],
    ['never', ['ChannelDtmfReceived 2']],
  ] as const)('%s where the test sets it', async (delivery, expected) => {
    const { seen, handler } = noting();
    pbx = await testCalls({ App: handler }, { cold: true, delivery: (_, at) => (at === 0 ? delivery : 'once') });
    await (await pbx.dial('App')).press('1');
    expect(seen).toEqual(expected);
  });

  test('late, when held events are released', async () => {
    const { seen, handler } = noting();
    pbx = await testCalls({ App: handler }, { delivery: ({ type }) => (type === 'StasisStart' ? 'held' : 'once') });
    await (await pbx.dial('App')).press('1');
    expect(seen).toEqual(['ChannelDtmfReceived 2']);
    await pbx.release();
    expect(seen).toEqual(['ChannelDtmfReceived 2', 'StasisStart 1']);
  });

  test('again, and are handled again only by an environment that does not know them', async () => {
    const { seen, handler } = noting();
    pbx = await testCalls({ App: handler });
    const call = await pbx.dial('App');
    for (const event of call.events('StasisStart')) await pbx.redeliver(event);
    expect(seen).toEqual(['StasisStart 1']);
  });
});

describe('time', () => {
  test('passes only as the test lets it, and a command’s wait is limited', async () => {
    const results: unknown[] = [];
    const handler = callHandler({
      StasisStart: async ({ channel }) => {
        await channel.play({ media: 'sound:silence/60' });
        await channel.setChannelVar({ variable: 'X', value: '1' }).catch((error: Error) => results.push(error.message));
      },
    });
    pbx = await testCalls({ App: handler });
    const call = await pbx.dial('App');
    expect([call.isPlaying, results]).toEqual([true, []]);
    await pbx.wait(4.9);
    expect(results).toEqual([]);
    await pbx.wait(0.2);
    expect(results).toEqual([expect.stringContaining('Asterisk has not answered for 5 s')]);
  });

  test('ends a playback, and there is none to end where nothing is playing', async () => {
    pbx = await testCalls({ App: callHandler({ StasisStart: ({ channel }) => channel.play({ media: 'sound:a' }) }) });
    const call = await pbx.dial('App');
    await call.playbackEnds();
    expect(call.isPlaying).toBe(false);
    await expect(call.playbackEnds()).rejects.toThrow('Expected a playback, but nothing is playing');
  });
});

describe('a handler that fails', () => {
  test('is tried three times, and then the test fails', async () => {
    let tries = 0;
    const handler = callHandler({
      StasisStart: async () => {
        tries += 1;
        throw new TypeError('broken');
      },
    });
    pbx = await testCalls({ App: handler });
    await expect(pbx.dial('App')).rejects.toThrow('broken');
    expect(tries).toBe(3);
    expect(pbx.deadLetters).toMatchObject([{ type: 'StasisStart' }]);
  });

  test('is tried once where it gives up, and the event is a dead letter', async () => {
    let tries = 0;
    const handler = callHandler({
      StasisStart: async () => {
        tries += 1;
        throw new GiveUp('no such room');
      },
    });
    pbx = await testCalls({ App: handler });
    await pbx.dial('App');
    expect(tries).toBe(1);
    expect(pbx.deadLetters).toMatchObject([{ type: 'StasisStart' }]);
  });
});

test('a handler calls phones, which behave as the test sets them', async () => {
  const dialled: string[] = [];
  const handler = callHandler({
    StasisStart: async ({ event, ari }) => {
      dialled.push(event.channel.name.split('-')[0] ?? '');
      if (dialled.length > 1) return;
      for (const endpoint of ['PJSIP/1001', 'PJSIP/1002']) await ari.channels.originate({ endpoint, app: 'App' });
    },
  });
  pbx = await testCalls({ App: handler }, { phones: { 'PJSIP/1001': 'answers', 'PJSIP/1002': 'busy' } });
  await pbx.dial('App');
  expect(dialled).toEqual(['PJSIP/simulated', 'PJSIP/1001']);
  expect(pbx.events.filter(({ type }) => type === 'ChannelDestroyed')).toMatchObject([{ cause: 17 }]);
});
