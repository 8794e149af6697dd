import { readFileSync } from 'node:fs';
import type { CallHandler } from 'ari-eventbridge';
import { testCalls } from 'ari-eventbridge/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { handler as afterHours } from '../../functions/after-hours/index.ts';
import { handler as campaign } from '../../functions/campaign/index.ts';
import { handler as click } from '../../functions/click-to-dial/index.ts';
import { handler as introIvr } from '../../functions/intro-ivr/index.ts';
import { handler as pin } from '../../functions/pin/index.ts';
import { handler as queue } from '../../functions/queue/index.ts';
import { handler as recordedCall } from '../../functions/recorded-call/index.ts';
import { handler as voiceAgent } from '../../functions/voice-agent/index.ts';
import { InProcessTransport } from '../../lib/testing/in-process.ts';
import { CALLS_IN_BOTH_WAYS, type ExampleCall, NOISE } from './example-calls.ts';

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

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

interface Example extends ExampleCall {
  handler: CallHandler;
}

/** By folder: a call that the table in docs/verbs.md has a row for. */
const EXAMPLES: Record<string, Example> = {
  'intro-ivr': {
    handler: introIvr,
    calls: async (pbx) => {
      const call = await pbx.dial('App');
      await call.press('1');
      await pbx.wait(10);
    },
  },
  pin: { handler: pin, ...CALLS_IN_BOTH_WAYS.pin },
  queue: { handler: queue, ...CALLS_IN_BOTH_WAYS.queue },
  'click-to-dial': { handler: click, ...CALLS_IN_BOTH_WAYS['click-to-dial'] },
  'recorded-call': {
    handler: recordedCall,
    options: { phones: { 'PJSIP/agent1': { answersAfter: 3 } } },
    calls: async (pbx) => {
      const call = await pbx.dial('App');
      await pbx.wait(10);
      await call.hangUp();
    },
  },
  'after-hours': {
    handler: afterHours,
    options: { now: new Date('2026-11-22T12:00:00Z') },
    calls: async (pbx) => {
      const call = await pbx.dial('App');
      await pbx.wait(15);
      if (!call.isOver) await call.hangUp();
    },
  },
  campaign: {
    handler: campaign,
    options: { phones: { 'PJSIP/1001': { answersAfter: 1 } } },
    calls: async (pbx) => {
      await pbx.ari.channels.originateWithId({ channelId: 'c-1', endpoint: 'PJSIP/1001', app: 'App', timeout: 25 });
      const phone = pbx.phone('PJSIP/1001');
      for (let s = 0; s < 20 && !phone.heard.includes('sound:vm-options'); s++) await pbx.wait(1);
      await phone.press('1');
      await pbx.wait(10);
    },
  },
  'voice-agent': {
    handler: voiceAgent,
    calls: async (pbx) => {
      vi.spyOn(globalThis, 'fetch').mockResolvedValue(Response.json({ intent: 'person' }));
      await pbx.dial('App');
      await pbx.wait(10);
      await pbx.phone('AudioSocket/127.0.0.1:9092').hangUp();
      await pbx.phone('PJSIP/reception').answer();
      await pbx.wait(10);
      await pbx.phone('PJSIP/reception').hangUp();
    },
  },
};

const rows = new Map(
  [...textOf('docs/verbs.md').matchAll(/^\| `([\w-]+)`, [^|]* \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)].map(
    ([, name = '', ...figures]) => [name, figures.map(Number)],
  ),
);

afterEach(() => void vi.restoreAllMocks());

test('docs/verbs.md has a row for each example, and no other', () => {
  expect([...rows.keys()].toSorted()).toEqual(Object.keys(EXAMPLES).toSorted());
});

test.each(Object.keys(EXAMPLES))('a call of %s costs what docs/verbs.md says', async (name) => {
  const { handler, calls, options } = EXAMPLES[name] as Example;
  const request = vi.spyOn(InProcessTransport.prototype, 'request');
  const count = { invocations: 0 };
  const pbx = await testCalls({ App: counted(handler, count) }, options);
  await calls(pbx);
  await pbx.wait(3);
  const requests = request.mock.calls.length;
  const lines = textOf(`functions/${name}/index.ts`).trimEnd().split('\n').length;
  const events = pbx.events.filter(({ type }) => !NOISE.includes(type)).length;
  expect([lines, events, count.invocations, requests]).toEqual(rows.get(name));
  await pbx.close();
});
