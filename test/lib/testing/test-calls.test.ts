import { ariPattern, callHandler, GiveUp } from 'ari-eventbridge';
import { dynamoDbOnce } from 'ari-eventbridge/dynamodb';
import { type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test } from 'vitest';

let pbx: TestPbx;
afterEach(() => pbx.close());

/** Records its events, in order. */
function noting() {
  const seen: string[] = [];
  const note = async ({ event }: { event: { type: string; metadata: { sequence: number } } }) =>
    void seen.push(`${event.type} ${event.metadata.sequence}`);
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
      // Asterisk's microseconds, a second ahead for a connection's first, and one more for each event of the same time.
      channelSequence: Date.parse('2026-01-01T09:00:01.000Z') * 1000 + 3,
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
        await channel.play({ media: 'tone:ring' });
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

describe('two neighbouring events of a channel', () => {
  test('change places with each other, and with no event of another call', async () => {
    const order: string[] = [];
    const handler = callHandler({
      ChannelDtmfReceived: ({ event }) => order.push(`${event.channel.caller.name} ${event.digit}`),
    });
    pbx = await testCalls({ App: handler }, { delivery: (_, at) => (at === 0 ? 'after the next' : 'once') });
    const alice = await pbx.dial('App', { name: 'Alice' });
    const bob = await pbx.dial('App', { name: 'Bob' });
    await alice.press('1');
    await bob.press('1');
    await alice.press('2');
    expect(order).toEqual(['Bob 1', 'Alice 2', 'Alice 1']);
  });

  test('change places pair by pair where all are to', async () => {
    const { seen, handler } = noting();
    pbx = await testCalls({ App: handler }, { delivery: () => 'after the next' });
    const call = await pbx.dial('App');
    await call.press('123');
    expect(seen).toEqual([2, 1, 4, 3].map((at) => `${at === 1 ? 'StasisStart' : 'ChannelDtmfReceived'} ${at}`));
  });
});

describe('a phone that a handler calls', () => {
  /** Calls a phone, and hangs up on the caller when it does not answer. */
  const calling = (endpoint: string) =>
    callHandler({
      StasisStart: async ({ event, channel, ari }) => {
        if (event.args[0] === 'agent') {
          await ari.bridges.createWithId({ bridgeId: 'both' });
          await ari.bridges.addChannel({ bridgeId: 'both', channel: [channel.id, event.args[1] ?? ''] });
          return;
        }
        await channel.answer();
        await ari.channels.originate({ endpoint, app: 'App', appArgs: `agent,${channel.id}`, timeout: 20 });
      },
      ChannelDtmfReceived: ({ event, log }) => log.info(`${event.channel.name.split('-')[0]} pressed ${event.digit}`),
      ChannelDestroyed: async ({ ari }) => {
        for (const { id } of await ari.channels.list()) await ari.channels.hangup({ channelId: id });
      },
    });

  test('rings, answers, presses and hangs up, as a call of its own', async () => {
    const lines: string[] = [];
    pbx = await testCalls({ App: calling('PJSIP/agent') }, { onLog: (line) => lines.push(JSON.parse(line).message) });
    const call = await pbx.dial('App');
    const agent = pbx.phone('PJSIP/agent');
    expect([agent.isRinging, agent.isUp, call.bridge]).toEqual([true, false, undefined]);
    await agent.answer();
    expect([agent.isRinging, agent.isUp, agent.bridge, call.bridge]).toEqual([false, true, 'both', 'both']);
    await agent.press('5');
    expect(lines).toContain('PJSIP/agent pressed 5');
    await agent.hangUp();
    expect([agent.isOver, pbx.call(agent.id).isOver]).toEqual([true, true]);
    await expect(agent.answer()).rejects.toThrow(`but the channel ${agent.id} was hung up`);
  });

  test.each([
    ['declines', 21],
    ['is busy', 17],
  ])('%s when the test says so', async (_, cause) => {
    pbx = await testCalls({ App: calling('PJSIP/agent') });
    const call = await pbx.dial('App');
    await pbx.phone('PJSIP/agent').decline(cause);
    expect(pbx.events.find(({ type }) => type === 'ChannelDestroyed')).toMatchObject({ cause });
    expect(call.isOver).toBe(true);
  });

  test('answers after the seconds that the test gave it, and not when it was given up before', async () => {
    pbx = await testCalls({ App: calling('PJSIP/agent') }, { phones: { 'PJSIP/agent': { answersAfter: 5 } } });
    const call = await pbx.dial('App');
    await pbx.wait(4);
    expect(call.bridge).toBeUndefined();
    await pbx.wait(1);
    expect(call.bridge).toBe('both');
    await pbx.close();

    pbx = await testCalls({ App: calling('PJSIP/agent') }, { phones: { 'PJSIP/agent': { answersAfter: 25 } } });
    const given = await pbx.dial('App');
    await pbx.wait(60);
    expect([given.isOver, pbx.deadLetters]).toEqual([true, []]);
  });

  test('declines, or is busy, each time that it is called', async () => {
    for (const behaviour of ['declines', 'busy'] as const) {
      pbx = await testCalls({ App: calling('PJSIP/agent') }, { phones: { 'PJSIP/agent': behaviour } });
      expect((await pbx.dial('App')).isOver).toBe(true);
    }
  });

  test('that is unreachable makes the command fail, as an unregistered one does', async () => {
    const errors: string[] = [];
    const handler = callHandler({
      StasisStart: ({ ari }) =>
        ari.channels
          .originate({ endpoint: 'PJSIP/nobody', app: 'App' })
          .catch((error: Error) => errors.push(error.message)),
    });
    pbx = await testCalls({ App: handler }, { phones: { 'PJSIP/nobody': 'unreachable' } });
    await pbx.dial('App');
    expect(errors).toEqual(['channels.originate (/channels): 500 Allocation failed']);
  });

  test('whose behaviour is misspelt is refused, and so is one that nobody calls', async () => {
    const phones = { 'PJSIP/agent': 'anwsers' as 'answers' };
    await expect(testCalls({ App: calling('PJSIP/agent') }, { phones })).rejects.toThrow(
      `phones: expected "PJSIP/agent" to be one of 'answers', 'rings', 'busy', 'declines', 'unreachable' or { answersAfter: SECONDS }, got "anwsers"`,
    );
    pbx = await testCalls({ App: calling('PJSIP/agent') });
    await pbx.dial('App');
    expect(() => pbx.phone('PJSIP/other')).toThrow(
      'Expected PJSIP/other to be called, but these are all channels: PJSIP/',
    );
    expect(() => pbx.call('nobody')).toThrow('Expected the id of a channel of this test, got nobody');
  });
});

describe('a call', () => {
  test('brings variables and SIP headers with it', async () => {
    const seen: unknown[] = [];
    const handler = callHandler({
      StasisStart: async ({ event, channel }) => {
        seen.push(event.channel.caller, await channel.variable('DID'));
        for (const header of ['X-Tenant', 'x-tenant', 'X-None']) {
          seen.push(await channel.variable(`PJSIP_HEADER(read,${header})`));
        }
      },
    });
    pbx = await testCalls({ App: handler });
    await pbx.dial('App', { number: '+4930123', variables: { DID: '100' }, headers: { 'X-Tenant': 'acme, "north"' } });
    expect(seen).toEqual([{ name: 'Alice', number: '+4930123' }, '100', 'acme, "north"', 'acme, "north"', undefined]);
  });

  test('takes place at the time that the test sets, which passes as the test lets it', async () => {
    const handler = callHandler({ StasisStart: ({ channel }) => channel.play({ media: 'sound:silence/5' }) });
    pbx = await testCalls({ App: handler }, { now: new Date('2026-12-24T17:59:58Z') });
    const call = await pbx.dial('App');
    expect(call.events('StasisStart')[0]?.timestamp).toBe('2026-12-24T17:59:58.000+0000');
    await pbx.wait(7);
    expect(pbx.now.toISOString()).toBe('2026-12-24T18:00:05.000Z');
    expect(pbx.events.find(({ type }) => type === 'PlaybackFinished')?.timestamp).toBe('2026-12-24T18:00:03.000+0000');
  });

  test('is within reach of the test by all of ARI', async () => {
    pbx = await testCalls({ App: callHandler({ ChannelLeftBridge: ({ channel }) => channel.hangup() }) });
    const call = await pbx.dial('App');
    await pbx.ari.bridges.createWithId({ bridgeId: '100' });
    await pbx.ari.bridges.addChannel({ bridgeId: '100', channel: call.id });
    expect(call.bridge).toBe('100');
    await pbx.ari.bridges.destroy({ bridgeId: '100' });
    await pbx.settled();
    expect(call.isOver).toBe(true);
  });
});

describe('the pattern that a handler is deployed with', () => {
  const handler = callHandler({
    StasisStart: ({ channel }) => channel.answer(),
    ChannelDtmfReceived: ({ channel }) => channel.hangup(),
  });

  test('fails the test where it lacks a type that the handler has a function for', async () => {
    const patterns = { App: ariPattern({ application: 'App', type: ['StasisStart'] }) };
    await expect(testCalls({ App: handler }, { patterns })).rejects.toThrow(
      'App: expected its pattern to bring ChannelDtmfReceived, for which the handler has functions, got one of StasisStart',
    );
  });

  test('takes its types from the handler, so that they are written once', async () => {
    const pattern = ariPattern({ application: 'App', type: handler });
    expect(pattern).toEqual(ariPattern({ application: 'App', type: ['StasisStart', 'ChannelDtmfReceived'] }));
    pbx = await testCalls({ App: handler }, { patterns: { App: pattern } });
    const call = await pbx.dial('App');
    expect(call.isUp).toBe(true);
    await call.press('1');
    expect(call.isOver).toBe(true);
  });

  test('keeps events from the handler that it does not match', async () => {
    const patterns = { App: ariPattern({ type: 'StasisStart', application: 'App', args: 'sales' }) };
    const starts = callHandler({ StasisStart: ({ channel }) => channel.answer() });
    pbx = await testCalls({ App: starts }, { patterns, dialplan: { sales: 'App,sales', others: 'App,others' } });
    expect([(await pbx.dial('sales')).isUp, (await pbx.dial('others')).isUp]).toEqual([true, false]);
  });
});

test('a function that plays before it answers fails at once: the answer would wait behind the playback', async () => {
  const handler = callHandler({
    StasisStart: async ({ channel }) => {
      await channel.play({ media: 'sound:hello-world' });
      await channel.answer();
    },
  });
  pbx = await testCalls({ App: handler });
  await expect(pbx.dial('App')).rejects.toThrow(
    'it waits for the end of the playback that this function began before: answer first, then play',
  );
});

test('a handler subscribes to a phone, which is there as long as the test lists no others', async () => {
  const handler = callHandler({
    StasisStart: async ({ channel, ari }) => {
      await ari.applications.subscribe({ applicationName: 'App', eventSource: 'endpoint:PJSIP/desk' });
      await channel.answer();
    },
  });
  pbx = await testCalls({ App: handler });
  expect([(await pbx.dial('App')).isUp, pbx.deadLetters]).toEqual([true, []]);
  await pbx.close();
  pbx = await testCalls({ App: handler }, { phones: { 'PJSIP/other': 'rings' } });
  expect([(await pbx.dial('App')).isUp, pbx.deadLetters.length]).toEqual([false, 1]);
});

test('a command that the simulator lacks fails the test, and does not become a dead letter', async () => {
  const handler = callHandler({ StasisStart: ({ ari }) => ari.asterisk.loadModule({ moduleName: 'x.so' }) });
  pbx = await testCalls({ App: handler });
  await expect(pbx.dial('App')).rejects.toThrow('asterisk.loadModule');
});

test('a handler that remembers events in DynamoDB needs no DynamoDB in a test, and runs once in all environments', async () => {
  let runs = 0;
  const functions = {
    StasisStart: () => {
      runs += 1;
    },
  };
  const handler = callHandler(functions, { once: dynamoDbOnce({ tableName: 'none' }) });
  pbx = await testCalls({ App: handler }, { delivery: () => 'twice', cold: true });
  await pbx.dial('App');
  expect(runs).toBe(1);
  await pbx.close();
  pbx = await testCalls({ App: callHandler(functions) }, { delivery: () => 'twice', cold: true });
  await pbx.dial('App');
  expect(runs).toBe(3);
});

test('a call hears what its extension plays, and what its app plays', async () => {
  const plays = callHandler({
    StasisStart: ({ ari, event }) => ari.channels.play({ channelId: event.channel.id, media: ['sound:vm-goodbye'] }),
  });
  const dialplan = { own: ['Answer()', 'Playback(hello-world)', 'SayDigits(12)', 'Stasis(App)', 'Hangup()'] };
  pbx = await testCalls({ App: plays }, { dialplan });
  const call = await pbx.dial('own');
  await pbx.wait(5);
  expect(call.heard).toEqual(['sound:hello-world', 'digits:12', 'sound:vm-goodbye']);
});
