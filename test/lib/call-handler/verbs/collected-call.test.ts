import { describe, expect, test } from 'vitest';
import { CollectedCall } from '../../../../lib/call-handler/verbs/collected-call.ts';
import { written } from '../../../../lib/call-handler/verbs/list.ts';
import type { CallEvent } from '../../../../lib/events/call-event.ts';

const event = (more: object = {}): CallEvent =>
  ({
    type: 'StasisStart',
    args: ['sales'],
    channel: { id: '1.1', channelvars: { ARI_STATE: '' } },
    metadata: { channelId: '1.1', channelSequence: 7 },
    ...more,
  }) as unknown as CallEvent;
const call = (more?: object) => new CollectedCall(event(more), '1.1');
/** The list as the dialplan is given it, without its head. */
const listOf = (ask: (asked: CollectedCall) => unknown): string | undefined => {
  const asked = call();
  ask(asked);
  const steps = asked.wishes.flatMap((wish) => wish.steps ?? []);
  return asked.wishes.every((wish) => wish.steps) ? written(steps) : undefined;
};

describe('a list of verbs', () => {
  test.each<[string, (asked: CollectedCall) => unknown, string]>([
    [
      'plays files together',
      (c) => c.play(['sound:a', 'sound:b', 'recording:m']).hangup(),
      'play:a%26b%26%40m|hangup:16',
    ],
    [
      'says digits between files',
      (c) => c.play(['sound:a', 'digits:12', 'sound:b']).hangup(),
      'play:a|digits:12|play:b|hangup:16',
    ],
    ['gathers', (c) => c.gather('pin', { prompt: 'sound:p', maxDigits: 4 }), 'answer|gather:p:4:5:3:t%28%23%29:1'],
    [
      'gathers without a finishing key',
      (c) => c.gather('pin', { maxDigits: 1, finishOnKey: '' }),
      'answer|gather::1:5:3:t%28%29:1',
    ],
    ['records by the name of the list', (c) => c.record('m', { beep: false }), 'answer|record:m-1.1-7.wav:5:120:kq'],
    ['dials all', (c) => c.dial('d', { to: ['PJSIP/1', 'PJSIP/2'] }), 'dial:PJSIP%2F1%26PJSIP%2F2:30:g::'],
    [
      'dials one after the other',
      (c) => c.dial('d', { to: ['A/1', 'A/2'], timeout: 5, strategy: 'one after the other' }),
      'dial:A%2F1:5:g::|dial:A%2F2:5:g::',
    ],
    ['leaves for where it came from', (c) => c.leave(), 'leave:'],
    ['leaves for somewhere else', (c) => c.leave({ context: 'sales', extension: '100' }), 'leave:sales%2C100%2C1'],
  ])('%s', (_, ask, expected) => expect(listOf(ask)).toBe(expected));

  test.each<[string, (asked: CollectedCall) => unknown]>([
    ['a URL', (c) => c.play('sound:https://example.com/a.wav').hangup()],
    ['a tone', (c) => c.play('tone:ring').hangup()],
    ['a prompt that is said', (c) => c.gather('pin', { prompt: 'number:7', maxDigits: 1 })],
    ['a gather that the handler wants by events', (c) => c.gather('pin', { maxDigits: 1, way: 'events' })],
  ])('with %s is not for the dialplan', (_, ask) => expect(listOf(ask)).toBeUndefined());

  test.each<[string, (asked: CollectedCall) => unknown, RegExp]>([
    ['a verb after the last', (c) => [c.hangup(), c.play('sound:a')], /nothing after hangup\(\)/],
    ['a comma in an endpoint', (c) => c.dial('d', { to: 'PJSIP/1,9,S(1)' }), /to: expected letters/],
    ['no endpoint', (c) => c.dial('d', { to: [] }), /at least one endpoint/],
    ['a name with a space', (c) => c.gather('my pin', { maxDigits: 1 }), /gather: expected a name/],
    [
      'too many digits',
      (c) => c.gather('pin', { maxDigits: 999 }),
      /maxDigits: expected a number from 1 to 255, got 999/,
    ],
    [
      'two finishing keys',
      (c) => c.gather('pin', { maxDigits: 1, finishOnKey: '#*' }),
      /finishOnKey: expected one key/,
    ],
    ['an extension with a comma', (c) => c.leave({ context: 'a', extension: '1,2' }), /extension: expected letters/],
  ])('refuses %s', (_, ask, expected) => expect(() => ask(call())).toThrow(expected));

  test('that says nothing of what comes next is refused', () => {
    const asked = call();
    asked.play('sound:a');
    expect(() => asked.checkEnd()).toThrow('got play(): the caller would wait in silence');
  });

  test('that is too long is refused', () => {
    expect(() => written([['play', 'a'.repeat(4000)]])).toThrow(/at most 3900 bytes, got 4005/);
  });
});

describe('the state of a call', () => {
  const state = { n: 1, text: 'größer "x"' };
  const variable = Buffer.from(JSON.stringify(state)).toString('base64url');

  test('comes with the event, and goes with the list where it has changed', () => {
    const asked = call({ channel: { channelvars: { ARI_STATE: variable } } });
    expect(asked.state).toEqual(state);
    expect(asked.changedState).toBe('');
    asked.state.n = 2;
    expect(JSON.parse(Buffer.from(asked.changedState, 'base64url').toString())).toEqual({ ...state, n: 2 });
  });

  test('is empty at first', () => expect(call().state).toEqual({}));

  test('says which line of ari.conf is missing', () => {
    expect(() => call({ channel: {} }).state).toThrow('channelvars = CHANNEL(linkedid),ARI_OUTCOME,ARI_STATE');
  });

  test('that is too large is refused', () => {
    const asked = call();
    asked.state = { text: 'x'.repeat(2000) };
    expect(() => asked.changedState).toThrow(/call.state to take at most 2000 characters/);
  });
});
