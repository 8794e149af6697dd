import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../../../lib/simulator/clock.ts';
import type { PhoneBehaviour } from '../../../lib/simulator/phone-behaviour.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';

const PHONES: Record<string, PhoneBehaviour> = {
  'PJSIP/answers': 'answers',
  'PJSIP/busy': 'busy',
  'PJSIP/declines': 'declines',
  'PJSIP/gone': 'unreachable',
  'PJSIP/later': { answersAfter: 5 },
  'PJSIP/rings': 'rings',
};

let asterisk: SimulatedAsterisk;
afterEach(() => asterisk.stop());

/** A caller whose extension is `Dial()` with these arguments. */
function dial(data: string) {
  const clock = new ManualClock();
  const heard: string[] = [];
  const channel = (wanted: string) => asterisk?.channels.find((one) => one.id === wanted);
  const lines = [`Dial(${data})`, 'Set(WENT=on)', 'Wait(3600)'];
  asterisk = new SimulatedAsterisk({
    clock,
    dialplan: { d: lines },
    phones: PHONES,
    onHeard: (id, media) => heard.push(`${channel(id)?.name.replace(/-.*/, '')} ${media}`),
  });
  const id = asterisk.dial('d', { name: 'Alice', number: '1001' }) as string;
  return {
    id,
    heard,
    wait: (seconds: number) => clock.advance(1000 * seconds),
    caller: () => channel(id),
    leg: () => asterisk.channels.find((one) => one.id !== id),
    outcome: () => ['DIALSTATUS', 'HANGUPCAUSE', 'WENT'].map((name) => asterisk.variable(id, name)),
  };
}

test.each([
  ['PJSIP/busy', 'BUSY', '17'],
  ['PJSIP/declines', 'CHANUNAVAIL', '21'],
  ['PJSIP/gone', 'CHANUNAVAIL', '3'],
  ['PJSIP/nobody', 'CHANUNAVAIL', '3'],
  ['Nothing/1', 'CHANUNAVAIL', '66'],
  ['PJSIP/busy&PJSIP/declines', 'BUSY', '21'],
])('%s ends with %s and the cause %s, and the dialplan goes on', (endpoints, status, cause) => {
  const { outcome } = dial(`${endpoints},30,g`);
  expect(outcome()).toEqual([status, cause, 'on']);
});

test('a phone rings until the time is over', () => {
  const { wait, outcome, leg } = dial('PJSIP/rings,10');
  wait(9.9);
  expect(leg()?.state).toBe('Ringing');
  wait(0.1);
  expect(leg()).toBeUndefined();
  expect(outcome()).toEqual(['NOANSWER', '0', 'on']);
});

test('who answers first talks to the caller, and the others stop ringing', () => {
  const { wait, caller, leg } = dial('PJSIP/rings&PJSIP/later,30');
  wait(5);
  expect(asterisk.channels).toHaveLength(2);
  expect(leg()?.name).toMatch(/^PJSIP\/later-/);
  expect([leg()?.state, caller()?.state]).toEqual(['Up', 'Up']);
  expect(leg()?.channelvars).toEqual({ 'CHANNEL(linkedid)': caller()?.id });
});

test.each([
  ['goes on with the option g', 'g', ['ANSWER', '16', 'on']],
  ['is hung up without it', '', [undefined, undefined, undefined]],
])('the caller whose other party hangs up %s', (_, options, expected) => {
  const { wait, leg, outcome, id } = dial(`PJSIP/answers,30,${options}`);
  wait(7);
  asterisk.hangUp(leg()?.id as string);
  expect(outcome()).toEqual(expected);
  if (options) expect(asterisk.variable(id, 'ANSWEREDTIME')).toBe('7');
});

test('the other party of a caller who hangs up is hung up too, ringing or talking', () => {
  for (const phone of ['rings', 'answers']) {
    const { id } = dial(`PJSIP/${phone},30,g`);
    expect(asterisk.channels).toHaveLength(2);
    asterisk.hangUp(id);
    expect(asterisk.channels).toEqual([]);
  }
});

test('a phone shows who calls, or what the option f says', () => {
  expect(dial('PJSIP/rings,30').leg()?.connected).toEqual({ name: 'Alice', number: '1001' });
  expect(dial('PJSIP/rings,30,f("Shop" <4930>)').leg()?.connected).toEqual({ name: 'Shop', number: '4930' });
});

test('the caller hears music with the option m, and who answers the sound of the option A before they talk', () => {
  const { heard, wait, caller } = dial('PJSIP/answers,30,mA(hello-world)');
  expect(heard).toEqual(['PJSIP/simulated music:default', 'PJSIP/answers sound:hello-world']);
  expect(caller()?.state).toBe('Ring');
  wait(2);
  expect(caller()?.state).toBe('Up');
});

test('a test lets a phone answer, or decline', () => {
  const answered = dial('PJSIP/rings,30,g');
  asterisk.pickUp(answered.leg()?.id as string);
  expect(answered.caller()?.state).toBe('Up');
  const declined = dial('PJSIP/rings,30,g');
  asterisk.decline(declined.leg()?.id as string);
  expect(declined.outcome()).toEqual(['CHANUNAVAIL', '21', 'on']);
});
