import type { TestCallsOptions, TestPbx } from 'ari-eventbridge/testing';

/** A call of an example, and the world that it needs. */
export interface ExampleCall {
  calls(pbx: TestPbx): Promise<unknown>;
  options?: TestCallsOptions;
}

/** Calls of the examples that are there in two ways: with continuations and as a flow. */
export const CALLS_IN_BOTH_WAYS = {
  pin: {
    options: { dialplan: { inside: ['Answer()', 'Wait(3600)'] } },
    calls: async (pbx) => {
      const call = await pbx.dial('App');
      await call.press('4711');
      await pbx.wait(5);
      await call.hangUp();
    },
  },
  queue: {
    options: {
      phones: { 'PJSIP/a1': { answersAfter: 3 }, 'PJSIP/a2': 'rings', 'PJSIP/a3': 'rings' },
      queues: { support: { members: ['PJSIP/a1', 'PJSIP/a2', 'PJSIP/a3'] } },
    },
    calls: async (pbx) => {
      await pbx.dial('App');
      await pbx.wait(10);
      await pbx.phone('PJSIP/a1').hangUp();
    },
  },
  'click-to-dial': {
    options: { phones: { 'PJSIP/agent': { answersAfter: 2 }, 'PJSIP/1001': { answersAfter: 2 } } },
    calls: async (pbx) => {
      const endpoint = 'PJSIP/agent';
      await pbx.ari.channels.originateWithId({ channelId: 'click-1', endpoint, app: 'App', appArgs: '1,PJSIP/1001' });
      await pbx.wait(10);
      await pbx.phone('PJSIP/1001').hangUp();
    },
  },
} satisfies Record<string, ExampleCall>;

/** Most of the traffic, which `appSettings` can leave in Asterisk. */
export const NOISE = ['ChannelVarset', 'ChannelDialplan'];
