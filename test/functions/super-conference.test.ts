import { callHandler } from 'ari-eventbridge';
import { type TestCallsOptions, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { handler as superConference } from '../../functions/super-conference/index.ts';

let pbx: TestPbx;
afterEach(() => pbx.close());

async function start(options?: TestCallsOptions): Promise<void> {
  pbx = await testCalls({ 'Super-Conference': superConference }, options);
}

describe.each<[string, TestCallsOptions]>([
  ['once', {}],
  ['twice', { delivery: () => 'twice' }],
  ['once, each to a cold function', { cold: true }],
  ['twice, each to a cold function', { delivery: () => 'twice', cold: true }],
])('with every event delivered %s, a conference', (_, options) => {
  test('has all callers, each once, and is destroyed when the last has left', async () => {
    await start(options);
    const alice = await pbx.dial('conference');
    const bob = await pbx.dial('conference', { name: 'Bob', number: '1002' });
    expect(pbx.bridges).toMatchObject([{ id: '100', channels: [alice.id, bob.id] }]);
    for (const call of [alice, bob]) expect(call.events('ChannelEnteredBridge')).toHaveLength(1);
    await alice.hangUp();
    expect([alice.bridge, bob.bridge]).toEqual([undefined, '100']);
    await bob.hangUp();
    expect(pbx.bridges).toEqual([]);
  });
});

describe('late events', () => {
  test('the last caller’s ChannelLeftBridge does not close the room of a caller who joined since', async () => {
    await start({ cold: true });
    const alice = await pbx.dial('conference');
    await alice.hangUp();
    const bob = await pbx.dial('conference');
    for (const event of alice.events('ChannelLeftBridge')) await pbx.redeliver(event);
    expect(bob.bridge).toBe('100');
  });

  test('a caller whose room another invocation has closed sits in it again', async () => {
    const closer = callHandler({ StasisStart: ({ ari }) => ari.bridges.destroy({ bridgeId: '100' }) });
    pbx = await testCalls({ 'Super-Conference': superConference, Closer: closer });
    const alice = await pbx.dial('conference');
    await pbx.dial('Closer');
    expect(alice.bridge).toBe('100');
    expect(alice.events('ChannelEnteredBridge')).toHaveLength(2);
  });

  test('the start of a call that is over creates no room', async () => {
    await start({ delivery: ({ type }) => (type === 'StasisStart' ? 'held' : 'once') });
    const alice = await pbx.dial('conference');
    await alice.hangUp();
    await pbx.release();
    expect(pbx.bridges).toEqual([]);
  });
});
