import type { CallEventEnvelope } from 'ari-eventbridge';
import { describe, expect, test } from 'vitest';
import { completeWait } from '../../../lib/flow/complete-wait.ts';
import { flowDispatcher } from '../../../lib/flow/dispatch.ts';
import type { Leg } from '../../../lib/flow/fact.ts';
import { createLog } from '../../../lib/log.ts';
import { inMemoryInbox } from '../../../lib/testing/in-memory-inbox.ts';

const LEG: Leg = { node: 'pbx-1', channelId: '1795403597.0' };
const BACK = ['ari-eventbridge', 'gathered', 'pin', '7', '1', 'OK', '4711', ''];

function envelopeOf(type: string, id: string, more: object = {}, envelope: object = {}): CallEventEnvelope {
  const metadata = { id, connection: 'c', sequence: 1, channelSequence: 7, receivedAt: '', ...LEG };
  const detail = { type, application: 'Ivr', args: [], channel: { id: LEG.channelId }, metadata, ...more };
  return { 'detail-type': type, detail, ...envelope } as unknown as CallEventEnvelope;
}

/** A dispatcher, and what it did: executions that it started, callbacks that it completed. */
function dispatcher(fails: () => boolean = () => false) {
  const started: string[] = [];
  const completed: string[] = [];
  const inbox = inMemoryInbox();
  const api = {
    start: async (functionName: string, name: string) => void started.push(`${functionName} ${name}`),
    complete: async (callback: string, result: string) => {
      if (fails()) throw new Error('TooManyRequestsException');
      completed.push(`${callback} ${result}`);
      return true;
    },
  };
  const handler = flowDispatcher({ inbox, api, functionName: 'ivr:live', log: createLog({}, () => {}) });
  return { handler, inbox, api, started, completed };
}

describe('the dispatcher of a flow', () => {
  test('starts an execution for a call that enters the app, the same one for the same event', async () => {
    const { handler, started } = dispatcher();
    await handler(envelopeOf('StasisStart', 'stay-1'));
    await handler(envelopeOf('StasisStart', 'stay-1', { metadata: { ...LEG, id: 'stay-1', recovered: true } }));
    await handler(envelopeOf('StasisStart', 'stay-2'));
    expect(started[0]).toMatch(/^ivr:live pbx-1_1795403597-0_[0-9a-f]{24}$/);
    expect(started[1]).toBe(started[0]);
    expect(started[2]).not.toBe(started[0]);
  });

  test('starts nothing for a call that is back with an outcome, and wakes the flow that waits for it', async () => {
    const { handler, inbox, started, completed } = dispatcher();
    await inbox.wait(LEG, 'e', { callback: 'c1', keys: ['list:7', 'over'] }, []);
    await handler(envelopeOf('StasisStart', 'stay-2', { args: BACK }));
    expect(started).toEqual([]);
    expect(completed).toEqual([expect.stringMatching(/^c1 .*"key":"list:7".*"4711"/)]);
  });

  test('stores that a call is over, for a flow that does not wait yet', async () => {
    const { handler, inbox, completed } = dispatcher();
    await handler(envelopeOf('ChannelDestroyed', 'end'));
    expect(completed).toEqual([]);
    expect(await inbox.look(LEG, ['over'])).toEqual([{ key: 'over' }]);
  });

  test('fails where the callback cannot be completed now, and completes it when the event comes again', async () => {
    let attempts = 0;
    const { handler, inbox, completed } = dispatcher(() => ++attempts === 1);
    await inbox.wait(LEG, 'e', { callback: 'c1', keys: ['over'] }, []);
    const event = envelopeOf('ChannelDestroyed', 'end');
    await expect(handler(event)).rejects.toThrow('TooManyRequestsException');
    await handler(event);
    expect(completed).toEqual(['c1 {"key":"over"}']);
  });

  test('ignores events of a replay of the archive', async () => {
    const { handler, inbox, started } = dispatcher();
    await handler(envelopeOf('StasisStart', 'stay-1', {}, { 'replay-name': 'r' }));
    await handler(envelopeOf('ChannelDestroyed', 'end', {}, { 'replay-name': 'r' }));
    expect([started, await inbox.look(LEG, ['over'])]).toEqual([[], []]);
  });
});

describe('completeWait', () => {
  test('wakes the flow of the call that is named', async () => {
    const { inbox, api, completed } = dispatcher();
    await inbox.wait(LEG, 'e', { callback: 'c1', keys: ['result:approval', 'over'] }, []);
    await completeWait('pbx-1/1795403597.0', 'approval', { by: 'alice' }, { inbox, api });
    expect(completed).toEqual(['c1 {"key":"result:approval","value":{"by":"alice"}}']);
  });

  test.each([
    ['1795403597.0', 'approval', 'Expected call.ref of a flow, such as "pbx-1/1795403597.0", got "1795403597.0"'],
    ['pbx-1/1', 'the approval', 'Expected the name of a wait to be 1 to 100 letters'],
  ])('refuses the call %s and the name %s', async (ref, name, message) => {
    const { inbox, api } = dispatcher();
    await expect(completeWait(ref, name, 1, { inbox, api })).rejects.toThrow(message);
  });

  test('says which variable is missing', async () => {
    await expect(completeWait('pbx-1/1', 'approval', 1)).rejects.toThrow(
      'Expected the environment variable FLOW_TABLE',
    );
  });
});
