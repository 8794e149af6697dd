import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../../../lib/simulator/clock.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';

let asterisk: SimulatedAsterisk;
afterEach(() => asterisk.stop());

const PHONES = {
  'PJSIP/person': 'answers',
  'PJSIP/machine': { answersAfter: 0, voice: 'machine' },
} as const;

function started(lines: readonly string[], onHeard: (id: string, media: string) => void = () => {}) {
  const clock = new ManualClock();
  asterisk = new SimulatedAsterisk({ clock, dialplan: { x: lines }, phones: PHONES, onHeard });
  return clock;
}

test.each([
  ['PJSIP/person', 'HUMAN', 'HUMAN-800-800'],
  ['PJSIP/machine', 'MACHINE', 'MAXWORDS-4-3'],
])('AMD finds out what answers at %s', async (endpoint, status, cause) => {
  const clock = started(['AMD()', 'Wait(60)']);
  const query = new URLSearchParams({ endpoint, context: 'default', extension: 'x', priority: '1', channelId: 'leg' });
  await asterisk.request({ method: 'POST', path: '/channels', query });
  clock.advance(3000);
  expect(['AMDSTATUS', 'AMDCAUSE'].map((name) => asterisk.variable('leg', name))).toEqual([status, cause]);
});

test('AMD is not sure of a line on which nothing is said', () => {
  const clock = started(['Answer()', 'AMD()', 'Wait(60)']);
  const id = asterisk.dial('x') as string;
  clock.advance(5000);
  expect(asterisk.variable(id, 'AMDSTATUS')).toBe('NOTSURE');
});

test.each([
  ['1002', 'SUCCESS'],
  ['PJSIP/1002', 'SUCCESS'],
  ['SIP/1002', 'FAILURE'],
  ['', 'FAILURE'],
])('a phone that is to be transferred to "%s": %s', (target, status) => {
  started([`Transfer(${target})`, 'Wait(60)']);
  expect(asterisk.variable(asterisk.dial('x') as string, 'TRANSFERSTATUS')).toBe(status);
});

test('a conference lasts until each hangs up, and the first hears that nobody else is there', () => {
  const heard: string[] = [];
  started(['Answer()', 'ConfBridge(100)', 'Set(WENT=on)', 'Wait(60)'], (id, media) => heard.push(`${id} ${media}`));
  const [first, second] = [asterisk.dial('x') as string, asterisk.dial('x') as string];
  expect(heard).toEqual([`${first} sound:conf-onlyperson`]);
  asterisk.hangUp(first);
  expect(asterisk.channels.map(({ id }) => id)).toEqual([second]);
});
