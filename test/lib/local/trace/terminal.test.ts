import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
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

test('what a new environment opens its connection with is no step', () => {
  const { trace, lines } = traced();
  trace.onCommand({
    requestId: '',
    fn: FUNCTION,
    method: 'GET',
    path: '/ari/asterisk/ping',
    status: 200,
    at: 1,
    ms: 2,
  });
  expect(lines).toEqual([]);
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

describe('what callers and other programs write cannot control the terminal', () => {
  /** Sequences, lone control characters of both ranges, line ends, and marks that turn the direction of the text. */
  const HOSTILE = {
    'a title': '\u001b]0;owned\u0007',
    'a colour': '\u001b[41m',
    'a lone escape': '\u001b',
    'an unfinished sequence': '\u001b]0;',
    'a sequence in one character': '\u009b31m',
    'a bell': '\u0007',
    'a return': '\r',
    'a line end': '\n',
    'a backspace': '\b',
    'an isolated control of the second range': '\u0085',
    'the other direction': '\u202e',
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

  test.each(Object.entries(HOSTILE))('%s', (_, hostile) => {
    const raw: string[] = [];
    const terminal = new Terminal((line) => raw.push(line));
    const trace = new Trace();
    trace.subscribe((step) => terminal.onStep(step));
    const eve = `Eve${hostile}x`;
    const channel = { id: eve, caller: { name: eve, number: eve }, dialplan: { exten: eve } };
    trace.onEvent(busEvent({ channel, args: [eve], reason: eve }), RULES.slice(0, 1), RULES);
    trace.onEvent(busEvent({ channel: { id: eve } }, { 'detail-type': eve }), [], []);
    trace.onEvent(busEvent({ eventname: eve }, { 'detail-type': 'ChannelUserevent' }), [], []);
    trace.onInvocationStart(invocation({ payload: { 'detail-type': eve } }));
    trace.onInvocationEnd(invocation(), { ms: 1, error: eve });
    const command = { requestId: 'r', fn: FUNCTION, at: 1, ms: 1 };
    trace.onCommand({ ...command, method: 'GET', path: `/ari/channels/${eve}`, error: eve });
    trace.onCommand({ ...command, method: eve, path: `/ari/${eve}`, status: 404 });
    trace.onDeadLetter(eve, { body: JSON.stringify({ 'detail-type': eve }), attributes: {} });
    trace.onLog(eve, eve);
    trace.onLog('connector', JSON.stringify({ level: 'error', message: eve }));
    trace.onLog('local', eve);
    trace.onCaller(eve);
    terminal.say('caller', eve);
    expect(raw).toHaveLength(12);
    for (const line of raw) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own colours
      const text = line.replace(/\u001b\[(2|22|1|31|32|33|34|35|36|37|39)m/g, '');
      expect(text).toContain('Eve');
      expect(text).not.toMatch(CONTROLS);
    }
  });
});

test('an event that an app sends itself is shown with its name', () => {
  const { trace, lines } = traced();
  trace.onEvent(busEvent({ args: [], eventname: 'VoicemailLeft' }, { 'detail-type': 'ChannelUserevent' }), [], []);
  expect(lines).toEqual(['bus        ChannelUserevent VoicemailLeft Alice']);
});

test('a flow is one line for its beginning, and one for each replay', () => {
  const { trace, lines } = traced();
  const flow = { execution: 'pbx-1_1', invocation: 1, input: { event: { type: 'StasisStart' } }, resumedBy: [] };
  for (const resumedBy of [[], ['pin'], []]) {
    const one = invocation({ requestId: `r${flow.invocation}`, flow: { ...flow, resumedBy } });
    trace.onInvocationStart(one);
    trace.onInvocationEnd(one, { ms: 30 });
    flow.invocation += 1;
  }
  expect(lines).toEqual([
    'function   IntroIvr handled StasisStart 30 ms',
    'function   IntroIvr (replay 1) went on after pin 30 ms',
    'function   IntroIvr (replay 2) went on after a failed invocation 30 ms',
  ]);
  expect(trace.find(2)?.detail).toMatchObject({ kind: 'invocation', isFlow: true, payload: { execution: 'pbx-1_1' } });
});
