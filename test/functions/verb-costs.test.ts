import type { CallHandler } from 'ari-eventbridge';
import { type TestCallsOptions, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { handler as pin } from '../../functions/pin/index.ts';
import { handler as queue } from '../../functions/queue/index.ts';
import { handler as recordedCall } from '../../functions/recorded-call/index.ts';
import { InProcessTransport } from '../../lib/testing/in-process.ts';

/** Counts a handler's invocations. */
function counted(handler: CallHandler, count: { invocations: number }): CallHandler {
  const invoked: CallHandler = Object.assign(
    (...given: Parameters<CallHandler>) => {
      count.invocations += 1;
      return handler(...given);
    },
    {
      ...handler,
      withOptions: (options: Parameters<CallHandler['withOptions']>[0]) => counted(handler.withOptions(options), count),
    },
  );
  return invoked;
}

afterEach(() => void vi.restoreAllMocks());

const CALLS: [string, CallHandler, (pbx: TestPbx) => Promise<void>, TestCallsOptions, [number, number]][] = [
  [
    'pin',
    pin,
    async (pbx) => {
      const call = await pbx.dial('App');
      await call.press('4711');
      await pbx.wait(5);
      await call.hangUp();
    },
    { dialplan: { inside: ['Answer()', 'Wait(3600)'] } },
    [2, 5],
  ],
  [
    'queue',
    queue,
    async (pbx) => {
      await pbx.dial('App');
      await pbx.wait(10);
      await pbx.phone('PJSIP/a1').hangUp();
    },
    { phones: { 'PJSIP/a1': { answersAfter: 3 } }, queues: { support: { members: ['PJSIP/a1'] } } },
    [2, 5],
  ],
  [
    'recorded-call',
    recordedCall,
    async (pbx) => {
      const call = await pbx.dial('App');
      await pbx.wait(10);
      await call.hangUp();
    },
    { phones: { 'PJSIP/agent1': { answersAfter: 3 } } },
    [2, 4],
  ],
];

test.each(CALLS)(
  'a call of %s costs as many invocations and requests as docs/verbs.md says',
  async (_, handler, calls, options, expected) => {
    const request = vi.spyOn(InProcessTransport.prototype, 'request');
    const count = { invocations: 0 };
    const pbx = await testCalls({ App: counted(handler, count) }, options);
    await calls(pbx);
    await pbx.wait(3);
    expect([count.invocations, request.mock.calls.length]).toEqual(expected);
    await pbx.close();
  },
);
