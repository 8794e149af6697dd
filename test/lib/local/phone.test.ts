import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Phone } from '../../../lib/local/phone.ts';
import { Trace } from '../../../lib/local/trace/trace.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';
import { busEvent } from '../../support/traced.ts';

let asterisk: SimulatedAsterisk;
let trace: Trace;
let phone: Phone;

beforeEach(() => {
  asterisk = new SimulatedAsterisk();
  asterisk.subscribe('Intro-IVR', () => {});
  trace = new Trace();
  phone = new Phone(asterisk, ['ivr', 'conference'], trace);
});
afterEach(() => asterisk.stop());

const told = (): string[] =>
  trace.steps.flatMap((step) => (step.kind === 'caller' ? [`${step.call}: ${step.text}`] : []));

test('several calls are active until each is hung up, by either side', () => {
  const alice = phone.dial('ivr', { name: 'Alice', number: '1' });
  const bob = phone.dial('ivr', { name: 'Bob', number: '2' });
  expect(phone.calls.map(({ name, extension, state }) => [name, extension, state])).toEqual([
    ['Alice', 'ivr', 'Ring'],
    ['Bob', 'ivr', 'Ring'],
  ]);
  phone.hangUp(alice);
  asterisk.hangUp(bob);
  expect(phone.calls).toEqual([]);
});

test('callers’ actions are steps of their call', () => {
  const alice = phone.dial('ivr', { name: 'Alice', number: '1' });
  phone.press(alice, '2');
  phone.hangUp(alice);
  expect(told()).toEqual([`${alice}: Alice calls ivr`, `${alice}: Alice presses 2`, `${alice}: Alice hangs up`]);
});

test('a call that is over accepts no action, and a call to an app without a subscriber is refused', () => {
  const alice = phone.dial('ivr', { name: 'Alice', number: '1' });
  phone.hangUp(alice);
  expect(() => phone.press(alice, '1')).toThrow(`The call ${alice} is over`);
  expect(() => phone.hangUp(alice)).toThrow('is over');
  expect(() => phone.dial('conference', { name: 'Bob', number: '2' })).toThrow('no WebSocket is connected for its app');
  expect(told()).toHaveLength(2);
});

describe('a phone that an app calls', () => {
  const originate = async (parameters: Record<string, string> = {}): Promise<string> => {
    const [status, channel] = await asterisk.request({
      method: 'POST',
      path: '/channels',
      query: new URLSearchParams({ endpoint: 'PJSIP/1002', app: 'Intro-IVR', channelId: 'leg', ...parameters }),
    });
    expect(status).toBe(200);
    return (channel as { id: string }).id;
  };
  const states = (): string[] => phone.calls.map(({ name, extension, state }) => `${name} ${extension} ${state}`);

  test('rings until it answers; then it presses digits and hangs up, in steps of its call', async () => {
    const leg = await originate();
    expect(states()).toEqual(['PJSIP/1002 undefined Ringing']);
    expect(() => phone.press(leg, '1')).toThrow('PJSIP/1002 rings: expected it to answer');
    phone.answer(leg);
    expect(states()).toEqual(['PJSIP/1002 undefined Up']);
    expect(() => phone.answer(leg)).toThrow('Expected a phone that rings, got PJSIP/1002, which is Up');
    phone.press(leg, '1');
    phone.hangUp(leg);
    expect(phone.calls).toEqual([]);
    expect(told()).toEqual(['leg: PJSIP/1002 answers', 'leg: PJSIP/1002 presses 1', 'leg: PJSIP/1002 hangs up']);
  });

  test.each([
    [undefined, 21, 'declines'],
    [17, 17, 'is busy'],
    [27, 27, 'declines with cause 27'],
  ])('declines with cause %s', async (given, cause, how) => {
    const events: { type: string; cause?: number }[] = [];
    asterisk.subscribe('Intro-IVR', (event) => events.push(event as { type: string; cause?: number }));
    const leg = await originate();
    phone.decline(leg, given);
    expect(phone.calls).toEqual([]);
    expect(told()).toEqual([`leg: PJSIP/1002 ${how}`]);
    expect(events.find(({ type }) => type === 'ChannelDestroyed')?.cause).toBe(cause);
    expect(() => phone.decline(leg)).toThrow('The call leg is over');
  });

  test('declines when it hangs up before it has answered', async () => {
    phone.hangUp(await originate());
    expect(told()).toEqual(['leg: PJSIP/1002 declines']);
  });

  test('is listed after the callers, with the id of the call that it belongs to', async () => {
    const originator = phone.dial('ivr', { name: 'Alice', number: '1' });
    await originate({ originator });
    trace.onEvent(busEvent({ metadata: { id: 'a', channelId: 'leg', callId: originator } }), [], []);
    expect(phone.calls.map(({ call, name }) => [call, name])).toEqual([
      [originator, 'Alice'],
      [originator, 'PJSIP/1002'],
    ]);
  });

  test('is not listed before it is dialled, nor is a Local channel', async () => {
    const create = async (endpoint: string) =>
      asterisk.request({
        method: 'POST',
        path: '/channels/create',
        query: new URLSearchParams({ endpoint, app: 'Intro-IVR' }),
      });
    await create('Local/ivr');
    const [, channel] = await create('PJSIP/1003');
    expect(phone.calls).toEqual([]);
    const path = `/channels/${(channel as { id: string }).id}/dial`;
    await asterisk.request({ method: 'POST', path, query: new URLSearchParams() });
    expect(states()).toEqual(['PJSIP/1003 undefined Ringing']);
  });
});
