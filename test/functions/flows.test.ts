import { forSeeds, testCalls } from 'ari-eventbridge/testing';
import { describe, expect, test } from 'vitest';
import { handler as click } from '../../functions/click-to-dial-flow/index.ts';
import { handler as pin } from '../../functions/pin-flow/index.ts';
import { handler as queue } from '../../functions/queue-flow/index.ts';
import { run, SCENARIOS } from './flows-concurrently.ts';

describe('pin as a flow', () => {
  const options = { dialplan: { inside: ['Answer()', 'Wait(3600)'] } };

  test('a caller with the right PIN goes on in the dialplan', async () => {
    const pbx = await testCalls({ Pin: pin }, options);
    const call = await pbx.dial('Pin');
    await call.press('4711');
    await pbx.wait(5);
    expect(call.heard).toEqual(['sound:vm-password', 'sound:auth-thankyou']);
    expect(call.channel?.dialplan.exten).toBe('inside');
    await pbx.close();
  });

  test('a caller with three wrong PINs is hung up', async () => {
    const pbx = await testCalls({ Pin: pin }, options);
    const call = await pbx.dial('Pin');
    for (const wrong of ['1111', '2222', '3333']) {
      await call.press(wrong);
      await pbx.wait(5);
    }
    expect(call.heard.at(-1)).toBe('sound:vm-goodbye');
    expect(call.isOver).toBe(true);
    await pbx.close();
  });

  test('every event comes twice, and nothing happens twice', async () => {
    const pbx = await testCalls({ Pin: pin }, { ...options, delivery: () => 'twice' });
    const call = await pbx.dial('Pin');
    await call.press('4711');
    await pbx.wait(5);
    expect(call.heard).toEqual(['sound:vm-password', 'sound:auth-thankyou']);
    expect(pbx.flows).toHaveLength(1);
    await pbx.close();
  });
});

describe('queue as a flow', () => {
  test('a caller whom nobody answers hears so', async () => {
    const pbx = await testCalls({ Queue: queue }, { phones: {}, queues: { support: { members: ['PJSIP/a1'] } } });
    const call = await pbx.dial('Queue');
    await pbx.wait(400);
    expect(call.heard).toEqual(['sound:queue-thankyou', 'music:default', 'sound:vm-nobodyavail']);
    expect(call.isOver).toBe(true);
    await pbx.close();
  });
});

describe('click-to-dial as a flow', () => {
  test.each([
    ['busy', 'sound:vm-isonphone'],
    ['rings', 'sound:vm-isunavail'],
  ] as const)('where the customer is %s, the agent hears so', async (customer, heard) => {
    const phones = { 'PJSIP/agent': { answersAfter: 2 }, 'PJSIP/1001': customer };
    const pbx = await testCalls({ Click: click }, { phones });
    const endpoint = 'PJSIP/agent';
    await pbx.ari.channels.originateWithId({ channelId: 'click-1', endpoint, app: 'Click', appArgs: '1,PJSIP/1001' });
    await pbx.wait(60);
    expect(pbx.call('click-1').heard).toEqual([heard]);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED' }]);
    await pbx.close();
  });
});

test('stopped anywhere, with events at the same time, the examples end the same', async () => {
  await forSeeds(2, async (seed) => {
    for (const name of ['pin', 'click-to-dial']) {
      const scenario = SCENARIOS[name];
      if (!scenario) throw new Error(`Expected a scenario ${name}`);
      const { end } = await run(scenario, {});
      let calls = 0;
      const stopped = await run(scenario, { delivery: 'concurrently', seed }, () => {
        calls += 1;
        return (calls + seed) % 17 === 0;
      });
      expect(stopped.end).toEqual(end);
    }
  });
});
