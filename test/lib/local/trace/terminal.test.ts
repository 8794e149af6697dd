import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { Terminal } from '../../../../lib/local/trace/terminal.ts';
import { Trace } from '../../../../lib/local/trace/trace.ts';
import { busEvent, FUNCTION, invocation, RULES } from '../../../support/traced.ts';

function traced(): { trace: Trace; lines: string[] } {
  const lines: string[] = [];
  const terminal = new Terminal((line) => lines.push(stripVTControlCharacters(line).replace(/^ *[\d.]+ +/, '')));
  const trace = new Trace();
  trace.subscribe((step) => terminal.onStep(step));
  return { trace, lines };
}

test('each step is one line', () => {
  const { trace, lines } = traced();
  trace.onCaller('Alice calls ivr', '1.0');
  trace.onEvent(busEvent(), RULES.slice(0, 1), RULES);
  trace.onInvocationStart(invocation({ cold: true }));
  trace.onCommand({
    requestId: 'request-1',
    fn: FUNCTION,
    method: 'POST',
    path: '/ari/channels/1.0/answer?x=1',
    status: 204,
    at: 1,
    ms: 2,
  });
  trace.onInvocationEnd(invocation({ cold: true }), { ms: 12 });
  trace.onDeadLetter('letters', { body: JSON.stringify(busEvent()), attributes: {} });
  trace.onLog('connector', '{"level":"error","message":"gone"}');
  trace.onLog('IntroIvr', 'printed');
  trace.onLog('local', 'Not supported in local mode: a table');
  expect(lines).toEqual([
    'caller     Alice calls ivr',
    'bus        StasisStart Alice (100) → IntroIvr',
    'asterisk   channels.answer /channels/1.0/answer 204',
    'function   IntroIvr handled StasisStart 12 ms, cold start',
    'bus        dead letter in letters: StasisStart',
    'connector  gone',
    'function   IntroIvr: printed',
    'local      Not supported in local mode: a table',
  ]);
});

test('a failure shows the reason, the attempt and when the next one comes', () => {
  const { trace, lines } = traced();
  trace.onInvocationStart(invocation({ attempt: 2 }));
  trace.onInvocationEnd(invocation({ attempt: 2 }), { ms: 3, error: 'Error: no', retryInMs: 120_000 });
  trace.onCommand({
    requestId: 'r',
    fn: FUNCTION,
    method: 'GET',
    path: '/ari/channels',
    error: 'ECONNREFUSED',
    at: 1,
    ms: 2,
  });
  expect(lines).toEqual([
    'function   IntroIvr handled StasisStart 3 ms, attempt 2 failed: Error: no, again in 120 s',
    'asterisk   channels.list /channels ECONNREFUSED',
  ]);
});

test('steps of no interest to a person are not printed', () => {
  const { trace, lines } = traced();
  trace.onEvent(busEvent({}, { 'detail-type': 'ChannelVarset' }), [], []);
  trace.onLog('connector', '{"level":"info","message":"fine"}');
  trace.onInvocationStart(invocation());
  trace.onCommand({
    requestId: 'r',
    fn: FUNCTION,
    method: 'GET',
    path: '/ari/channels/1.0/variable',
    status: 200,
    at: 1,
    ms: 1,
  });
  expect(lines).toEqual([]);
});

test('a hostile name cannot control the terminal', () => {
  const raw: string[] = [];
  const terminal = new Terminal((line) => raw.push(line));
  const trace = new Trace();
  trace.subscribe((step) => terminal.onStep(step));
  trace.onEvent(busEvent({ channel: { id: '1', caller: { name: '\u001b]0;owned\u0007Eve' } } }), [], []);
  expect(raw.join()).not.toContain('\u001b]0;');
  expect(raw.join()).toContain('Eve');
});
