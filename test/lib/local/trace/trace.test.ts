import { describe, expect, test } from 'vitest';
import type { Step } from '../../../../lib/local/trace/step.ts';
import { Trace } from '../../../../lib/local/trace/trace.ts';
import { busEvent, FUNCTION, invocation, RULES } from '../../../support/traced.ts';

const COMMAND = {
  requestId: 'request-1',
  fn: FUNCTION,
  method: 'POST',
  path: '/ari/channels/1.0/answer',
  at: 97,
  ms: 3,
};

describe('a trace keeps', () => {
  test('an event with its times, its caller and the rules that match', () => {
    const trace = new Trace({ now: () => 5000 });
    trace.onEvent(busEvent(), RULES.slice(0, 1), RULES);
    expect(trace.steps).toEqual([
      {
        number: 1,
        kind: 'event',
        call: '1.0',
        at: 5000,
        eventId: 'event-1',
        source: 'asterisk.ari',
        type: 'StasisStart',
        about: 'Alice (100)',
        caller: 'Alice 1001',
        extension: 'ivr',
        channelId: '1.0',
        happenedAt: Date.parse('2026-11-23T08:24:51.242Z'),
        receivedAt: Date.parse('2026-11-23T08:24:51.250Z'),
        matched: ['IntroIvr'],
      },
    ]);
    expect(trace.find(1)?.detail).toMatchObject({ kind: 'event', rules: RULES });
  });

  test('an invocation from its beginning to its end, in one step', () => {
    const trace = new Trace();
    const told: Step[] = [];
    trace.subscribe((step) => told.push({ ...step }));
    trace.onEvent(busEvent(), [], RULES);
    trace.onInvocationStart(invocation({ cold: true }));
    expect(trace.steps[1]).toMatchObject({ kind: 'invocation', call: '1.0', fn: 'IntroIvr', type: 'StasisStart' });
    expect(trace.steps[1]).not.toHaveProperty('ms');
    trace.onInvocationEnd(invocation({ cold: true }), { ms: 12, error: 'Error: no', retryInMs: 60_000 });
    expect(trace.steps).toHaveLength(2);
    expect(trace.steps[1]).toMatchObject({ ms: 12, error: 'Error: no', retryInMs: 60_000, cold: true });
    expect(told.map(({ number }) => number)).toEqual([1, 2, 2]);
  });

  test('commands and lines in the call of their invocation, also when an attempt is repeated', () => {
    const trace = new Trace({ now: () => 100 });
    trace.onEvent(busEvent(), [], RULES);
    trace.onInvocationStart(invocation());
    trace.onCommand({ ...COMMAND, status: 204 });
    trace.onLog('IntroIvr', '{"level":"warn","message":"careful"}', 'request-1');
    trace.onInvocationEnd(invocation(), { ms: 5, error: 'Error: no' });
    trace.onInvocationStart(invocation({ attempt: 2 }));
    expect(trace.steps.map(({ call }) => call)).toEqual(['1.0', '1.0', '1.0', '1.0', '1.0']);
    expect(trace.steps[2]).toMatchObject({ operation: 'channels.answer', status: 204, at: 97 });
    expect(trace.steps[3]).toMatchObject({ level: 'warn', message: 'careful' });
    expect(trace.steps[4]).toMatchObject({ attempt: 2 });
  });

  test('a dead letter and a line of the log in the call that they name', () => {
    const trace = new Trace();
    trace.onDeadLetter('queue', { body: JSON.stringify(busEvent()), attributes: { ERROR_CODE: '1' } });
    trace.onDeadLetter('queue', { body: JSON.stringify({ requestPayload: busEvent() }), attributes: {} });
    trace.onDeadLetter('queue', { body: 'no JSON', attributes: {} });
    trace.onLog('IntroIvr', '{"level":"info","message":"hello","call":"1.0"}');
    trace.onLog('connector', 'plain text');
    expect(trace.steps.map(({ call }) => call)).toEqual(['1.0', '1.0', 'system', '1.0', 'system']);
    expect(trace.steps[0]).toMatchObject({ about: 'StasisStart', queue: 'queue' });
    expect(trace.steps[4]).toMatchObject({ level: 'text', message: 'plain text' });
  });
});

test('what a flow began with that failed is in its call', () => {
  const trace = new Trace();
  const event = { ...busEvent().detail, type: 'StasisStart' };
  trace.onDeadLetter('flows', { body: JSON.stringify({ event }), attributes: {} });
  expect(trace.steps).toMatchObject([{ kind: 'deadLetter', call: '1.0', about: 'StasisStart', queue: 'flows' }]);
});

test('no secret is kept of a command: neither a password in its query, nor what Asterisk has configured', () => {
  const trace = new Trace();
  trace.onCommand({ ...COMMAND, path: '/ari/channels?api_key=user:a-password&x=1', status: 200 });
  const path = '/ari/asterisk/config/dynamic/res_pjsip/auth/alice';
  const answer = '[{"attribute":"password","value":"a-password"}]';
  trace.onCommand({ ...COMMAND, method: 'GET', path, status: 200, answer });
  trace.onCommand({ ...COMMAND, method: 'PUT', path, status: 200, body: answer });
  const all = JSON.stringify([1, 2, 3].map((number) => trace.find(number)));
  expect(all).not.toContain('a-password');
  expect(trace.steps[0]).toMatchObject({ path: '/ari/channels?api_key=…&x=1' });
  expect(trace.steps[1]).toMatchObject({ operation: 'asterisk.getObject', status: 200 });
});

describe('an event belongs', () => {
  test('to the call of its channel, where it does not name one itself', () => {
    const trace = new Trace();
    trace.onEvent(busEvent({ metadata: { id: 'a', channelId: '2.0', callId: '1.0' } }), [], []);
    trace.onEvent(busEvent({ metadata: { id: 'b', channelId: '2.0' } }), [], []);
    trace.onEvent(busEvent({ metadata: { id: 'c', channelId: '3.0' } }), [], []);
    trace.onCaller('Alice presses 2', '2.0');
    expect(trace.steps.map(({ call }) => call)).toEqual(['1.0', '1.0', '3.0', '1.0']);
  });

  test('to the system, where it concerns no call', () => {
    const trace = new Trace();
    const news = { source: 'asterisk.ari.connector', 'detail-type': 'NodeConnected', detail: { node: 'pbx-1' } };
    trace.onEvent(busEvent({}, news), [], []);
    expect(trace.steps[0]).toMatchObject({ call: 'system', eventId: 'bus-id', about: 'pbx-1' });
  });

  test('to the system, where its metadata is not the connector’s', () => {
    const trace = new Trace();
    for (const metadata of [null, 7, { callId: 3 }, { channelId: {} }]) trace.onEvent(busEvent({ metadata }), [], []);
    expect(trace.steps.map(({ call }) => call)).toEqual(['system', 'system', 'system', 'system']);
  });
});

describe('a channel that a handler’s command created belongs to the call of that handler', () => {
  const created = (operation: string, id: string, requestId = 'request-1') => ({
    ...COMMAND,
    requestId,
    path: `/ari/channels${operation}`,
    status: 200,
    answer: JSON.stringify({ id }),
  });
  const leg = (id: string, callId: string, channelId = callId) =>
    busEvent({ metadata: { id, channelId, callId } }, { 'detail-type': 'ChannelStateChange' });
  const callsOf = (trace: Trace): string[] => trace.steps.map(({ call }) => call);

  test.each(['', '/create', '/leg', '/1.0/snoop', '/1.0/snoop/leg', '/externalMedia'])('POST /channels%s', (path) => {
    const trace = new Trace();
    trace.onEvent(busEvent(), [], []);
    trace.onInvocationStart(invocation());
    trace.onCommand(created(path, 'leg'));
    trace.onEvent(leg('a', 'leg'), [], []);
    trace.onInvocationStart(invocation({ eventId: 'a', requestId: 'request-2' }));
    trace.onCommand({ ...COMMAND, requestId: 'request-2', status: 204 });
    trace.onCaller('PJSIP/1002 hangs up', 'leg');
    expect(new Set(callsOf(trace))).toEqual(new Set(['1.0']));
    expect(trace.callOf('leg')).toBe('1.0');
  });

  test('also with the events that came before the answer to the command: their steps move, and are reported', () => {
    const trace = new Trace();
    trace.onEvent(busEvent(), [], []);
    trace.onInvocationStart(invocation());
    trace.onEvent(leg('a', 'leg'), [], []);
    trace.onInvocationStart(invocation({ eventId: 'a', requestId: 'request-2' }));
    expect(callsOf(trace)).toEqual(['1.0', '1.0', 'leg', 'leg']);
    const told: [number, string, string][] = [];
    trace.subscribe(({ number, call }, change) => told.push([number, call, change]));
    trace.onCommand(created('', 'leg'));
    trace.onCommand(created('/leg/snoop', 'snoop', 'request-2'));
    trace.onEvent(leg('b', 'snoop'), [], []);
    expect(told.slice(0, 3)).toEqual([
      [3, '1.0', 'moved'],
      [4, '1.0', 'moved'],
      [5, '1.0', 'new'],
    ]);
    expect(new Set(callsOf(trace))).toEqual(new Set(['1.0']));
  });

  test('of a handler without a call it is a call of its own, until it is bridged with another', () => {
    const trace = new Trace();
    trace.onInvocationStart(invocation({ eventId: 'a schedule' }));
    trace.onCommand(created('', 'one'));
    trace.onCommand(created('', 'two'));
    trace.onEvent(leg('a', 'one'), [], []);
    trace.onEvent(leg('b', 'two'), [], []);
    expect(callsOf(trace)).toEqual(['system', 'system', 'system', 'one', 'two']);
    trace.onEvent(leg('c', 'one', 'two'), [], []);
    expect(callsOf(trace)).toEqual(['system', 'system', 'system', 'one', 'one', 'one']);
  });

  test('a channel id that is used again belongs to the call that used it last', () => {
    const trace = new Trace();
    for (const call of ['1.0', '2.0']) {
      trace.onEvent(busEvent({ metadata: { id: call, channelId: call, callId: call } }), [], []);
      trace.onInvocationStart(invocation({ eventId: call, requestId: call }));
      trace.onCommand(created('', 'agent', call));
      trace.onEvent(leg(`of ${call}`, 'agent'), [], []);
    }
    expect(callsOf(trace)).toEqual(['1.0', '1.0', '1.0', '1.0', '2.0', '2.0', '2.0', '2.0']);
  });

  test('a refused command creates no channel, and callers in one room keep their calls', () => {
    const trace = new Trace();
    trace.onEvent(busEvent(), [], []);
    trace.onInvocationStart(invocation());
    trace.onCommand({ ...created('', '2.0'), status: 409 });
    trace.onEvent(leg('a', '2.0'), [], []);
    trace.onEvent(leg('b', '1.0', '2.0'), [], []);
    expect(callsOf(trace)).toEqual(['1.0', '1.0', '1.0', '2.0', '1.0']);
  });
});

describe('a trace is bounded', () => {
  test('in steps: the oldest go, and it says how many', () => {
    const trace = new Trace({ maxSteps: 3 });
    for (let i = 1; i <= 5; i++) trace.onLog('connector', `line ${i}`);
    expect(trace.steps.map(({ number }) => number)).toEqual([3, 4, 5]);
    expect(trace.dropped).toBe(2);
    expect(trace.find(2)).toBeUndefined();
    expect(trace.find(3)?.detail).toEqual({ kind: 'log', line: 'line 3' });
    expect(trace.find(6)).toBeUndefined();
  });

  test('in characters: large events push out many small ones', () => {
    const trace = new Trace({ maxCharacters: 10_000 });
    for (let i = 0; i < 5; i++) trace.onEvent(busEvent({ padding: 'x'.repeat(4000) }), [], []);
    expect(trace.steps).toHaveLength(2);
    trace.onEvent(busEvent({ padding: 'x'.repeat(40_000) }), [], []);
    expect(trace.steps).toHaveLength(1);
  });

  test('in the text of a line, which has no terminal control sequences', () => {
    const trace = new Trace();
    trace.onLog('connector', `\u001b[31m${'a\n'.repeat(1000)}`);
    const [step] = trace.steps as { message: string }[];
    expect(step?.message).toMatch(/^a a a/);
    expect(step?.message.length).toBeLessThan(310);
  });
});

test('an end is ignored where its beginning was dropped', () => {
  const trace = new Trace({ maxSteps: 1 });
  trace.onInvocationStart(invocation());
  trace.onLog('connector', 'x');
  trace.onInvocationEnd(invocation(), { ms: 1 });
  expect(trace.steps.map(({ kind }) => kind)).toEqual(['log']);
});
