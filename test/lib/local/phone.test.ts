import { afterEach, beforeEach, expect, test } from 'vitest';
import { Phone } from '../../../lib/local/phone.ts';
import { Trace } from '../../../lib/local/trace/trace.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';

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
