import { expect, test } from 'vitest';
import { Calls, isError, isRefusal } from '../../../../../lib/local/console/page/model.ts';
import type { CommandStep, EventStep, InvocationStep, Step } from '../../../../../lib/local/trace/step.ts';

function event(number: number, at: number, changed: Partial<EventStep> = {}): EventStep {
  const own = { eventId: `e${number}`, source: 'asterisk.ari', about: '', matched: [], channelId: '1.0' };
  return { kind: 'event', call: '1.0', type: 'StasisStart', number, at, ...own, ...changed };
}
function invocation(number: number, at: number, changed: Partial<InvocationStep> = {}): InvocationStep {
  const own = { requestId: 'r', eventId: 'e', type: 'StasisStart', attempt: 1, cold: false };
  return { kind: 'invocation', call: '1.0', number, at, fn: 'IntroIvr', ...own, ...changed };
}
function command(changed: Partial<CommandStep>): CommandStep {
  const own = { requestId: 'r', fn: 'f', operation: 'o', method: 'GET', path: '/', ms: 1 };
  return { kind: 'command', call: '1.0', number: 1, at: 0, ...own, ...changed };
}
function callsOf(...steps: Step[]): Calls {
  const calls = new Calls();
  calls.take(steps, 0);
  return calls;
}

test('calls are listed newest first, without the steps of no call', () => {
  const calls = callsOf(event(1, 10, { call: 'a' }), event(2, 30, { call: 'b' }), event(3, 20, { call: 'system' }));
  expect(calls.list.map(({ id }) => id)).toEqual(['b', 'a']);
  expect(calls.get('system')?.steps).toHaveLength(1);
});

test('a call knows its caller, what was called, its functions and what went wrong', () => {
  const calls = callsOf(
    event(1, 10, { caller: 'Alice 1001', extension: 'ivr' }),
    event(2, 20, { caller: 'Alice 1001', extension: 'other' }),
    invocation(3, 30, { error: 'no' }),
    invocation(4, 40, { fn: 'SuperConference' }),
  );
  expect(calls.get('1.0')).toMatchObject({
    caller: 'Alice 1001',
    extension: 'ivr',
    functions: ['IntroIvr', 'SuperConference'],
    errors: 1,
    startedAt: 10,
    lastAt: 40,
  });
});

test('steps are in order of time, whenever they become known', () => {
  const calls = callsOf(event(1, 10), event(2, 50), event(3, 30), event(4, 5), event(5, 30));
  expect(calls.get('1.0')?.steps.map(({ number }) => number)).toEqual([4, 1, 3, 5, 2]);
});

test('steps that move to another call leave their own, which ends with its last step', () => {
  const calls = callsOf(event(1, 10), event(2, 20, { call: 'leg', caller: 'Leg' }), event(3, 30, { call: 'leg' }));
  calls.take([event(2, 20)], 0);
  expect(calls.list.map(({ id, steps }) => [id, steps.map(({ number }) => number)])).toEqual([
    ['leg', [3]],
    ['1.0', [1, 2]],
  ]);
  calls.take([event(3, 30)], 0);
  expect(calls.list.map(({ id, steps }) => [id, steps.map(({ number }) => number)])).toEqual([['1.0', [1, 2, 3]]]);
});

test('a step that has changed takes its own place', () => {
  const calls = callsOf(event(1, 10), invocation(2, 20), event(3, 20));
  calls.take([invocation(2, 20, { ms: 7 })], 0);
  expect(calls.get('1.0')?.steps.map((step) => [step.number, 'ms' in step && step.ms])).toEqual([
    [1, false],
    [2, 7],
    [3, false],
  ]);
});

test('dropped steps are removed from the page as well, and a call when no step is left', () => {
  const calls = callsOf(event(1, 10, { call: 'a' }), event(2, 20, { caller: 'Bob' }), event(3, 30));
  calls.take([], 2);
  expect(calls.get('a')).toBeUndefined();
  expect(calls.get('1.0')?.steps.map(({ number }) => number)).toEqual([3]);
  expect(calls.get('1.0')?.caller).toBe('Bob');
  expect(calls.dropped).toBe(2);
});

test('a call is active while one of its channels is in an app', () => {
  const calls = callsOf(event(1, 10));
  const isOn = (): boolean | undefined => calls.get('1.0')?.isOn;
  expect(isOn()).toBe(true);
  calls.take([event(2, 20, { type: 'StasisEnd' }), event(3, 21, { type: 'StasisStart' })], 0);
  expect(isOn()).toBe(true);
  calls.take([event(4, 30, { type: 'StasisEnd' })], 0);
  expect(isOn()).toBe(false);
});

test.each([
  [{ status: 204 }, false, false],
  [{ status: 404 }, false, true],
  [{ status: 401 }, true, false],
  [{ status: 503 }, true, false],
  [{ error: 'ECONNREFUSED' }, true, false],
])('a command with %j: an error %s, a refusal %s', (changed, error, refusal) => {
  expect(isError(command(changed))).toBe(error);
  expect(isRefusal(command(changed))).toBe(refusal);
});
