/**
 * A list of verbs that calls others: what comes of it, and what the app receives meanwhile.
 *
 * What Asterisk does, and the simulator does as well: this file runs against both (`npm test`, `npm run test:asterisk`).
 * Each expectation was seen on a real Asterisk first.
 */
import { beforeEach, expect, test } from 'vitest';
import type { Bridge, Channel } from '../../lib/ari/generated/model.ts';
import { type Scenario, withScenarios } from './scenario.ts';

let s: Scenario;
withScenarios((scenario) => {
  s = scenario;
});

beforeEach(async () => {
  await s.call();
  await s.story();
});

/** Calls these extensions at the same time. */
function dial(extensions: readonly string[], seconds = 30, options = 'g'): string {
  const endpoints = extensions.map((exten) => `Local/${exten}@default`).join('&');
  return `dial:${encodeURIComponent(endpoints)}:${seconds}:${options}`;
}

/** The arguments that the call comes back with: result, seconds, cause. */
function back(state: string, ...values: (string | RegExp)[]): RegExp {
  const [result, seconds, cause] = values.map((value) => (value instanceof RegExp ? value.source : value));
  return new RegExp(
    `^StasisStart caller ${state} args=\\["ari-eventbridge","dialled","pin","100","1","${result}","${seconds}","${cause}"\\]$`,
  );
}

test.each([
  ['is busy', ['busy'], ['BUSY', '', '0']],
  ['declines', ['declines'], ['CHANUNAVAIL', '', '21']],
  ['does not exist', ['nothing-there'], ['CHANUNAVAIL', '', '0']],
  ['is busy, beside another who does not exist', ['busy', 'nothing-there'], ['BUSY', '', '0']],
])('somebody %s', async (_, extensions, values) => {
  await s.verbs(100, dial(extensions));
  expect((await s.story('StasisStart')).at(-1)).toMatch(back('Ring', ...values));
});

test('nobody answers in time', async () => {
  await s.verbs(100, dial(['rings'], 3));
  const told = await s.story('StasisStart');
  expect(told.filter((line) => line.startsWith('Dial'))).toEqual([
    'Dial caller=caller Down dialstatus=""',
    'Dial caller=caller Ringing dialstatus="RINGING"',
    'Dial caller=caller Ringing dialstatus="NOANSWER"',
  ]);
  expect(told.at(-1)).toMatch(back('Ring', 'NOANSWER', '', '0'));
});

test('somebody answers, and the caller goes on after the talk', async () => {
  await s.verbs(100, dial(['rings', 'ends-soon']));
  const told = await s.story('StasisStart');
  expect(told.filter((line) => /^Dial|^Channel(?!Varset)/.test(line))).toEqual([
    'Dial caller=caller Down dialstatus=""',
    'Dial caller=caller Down dialstatus=""',
    'Dial caller=caller Down dialstatus="CANCEL"',
    'Dial caller=caller Up dialstatus="ANSWER"',
    'ChannelStateChange caller Up',
  ]);
  expect(told.at(-1)).toMatch(back('Up', 'ANSWER', /\d+/, '16'));
});

test('after one who answered no other is called', async () => {
  await s.verbs(100, dial(['busy']), dial(['ends-soon']), dial(['ends-soon']));
  const told = await s.story('StasisStart');
  expect(told.filter((line) => line.includes('dialstatus="ANSWER"'))).toHaveLength(1);
  expect(told.at(-1)).toMatch(back('Up', 'ANSWER', /\d+/, '16'));
});

test('without the option g the caller is hung up after the talk', async () => {
  await s.verbs(100, dial(['ends-soon'], 30, ''));
  expect((await s.story('ChannelDestroyed')).at(-1)).toMatch(
    /^ChannelDestroyed caller Up cause=16 cause_txt="Normal Clearing" outcome=dialled,pin,100,1,HANGUP,\d+,ANSWER$/,
  );
});

test('the caller hangs up while it rings', async () => {
  await s.verbs(100, dial(['rings']));
  await s.story('Dial caller=caller Ringing');
  await s.run('DELETE /channels/~phone-of-caller');
  expect(await s.story('ChannelDestroyed')).toEqual([
    'ChannelHangupRequest caller Ring cause=16',
    'Dial caller=caller Ringing dialstatus="CANCEL"',
    'ChannelHangupRequest caller Ring cause=16 soft=true',
    'ChannelDestroyed caller Ring cause=16 cause_txt="Normal Clearing" outcome=dialled,pin,100,1,HANGUP,,CANCEL',
  ]);
});

test('the caller hangs up during the talk, which ends the other call', async () => {
  await s.verbs(100, dial(['answers']));
  await s.story('ChannelStateChange caller Up');
  await s.run('DELETE /channels/~phone-of-caller');
  expect((await s.story('ChannelDestroyed')).at(-1)).toMatch(
    /^ChannelDestroyed caller Up cause=16 cause_txt="Normal Clearing" outcome=dialled,pin,100,1,HANGUP,\d+,ANSWER$/,
  );
  expect((await s.ask('GET /channels')).answer).toEqual([]);
});

test('during the talk the two are in a bridge that is in the list, and obeys no app', async () => {
  await s.verbs(100, dial(['answers']));
  await s.story('ChannelStateChange caller Up');
  const { answer } = await s.ask('GET /bridges');
  const [bridge] = answer as Bridge[];
  expect(answer).toEqual([
    expect.objectContaining({
      bridge_class: 'basic',
      bridge_type: 'mixing',
      creator: '',
      name: '',
      video_mode: 'none',
    }),
  ]);
  expect(bridge?.channels).toHaveLength(2);
  expect((await s.ask(`GET /bridges/${bridge?.id}`)).answer).toEqual(bridge);
  expect(await s.run(`DELETE /bridges/${bridge?.id}`)).toBe('409 Bridge not in Stasis application');
  await s.run('DELETE /channels/~phone-of-caller');
  await s.story('ChannelDestroyed');
  expect((await s.ask('GET /bridges')).answer).toEqual([]);
});

test('a talk changes nobody’s name', async () => {
  const before = await s.ask('GET /channels/~caller');
  await s.verbs(100, dial(['answers'], 30, 'gm'));
  await s.story('ChannelStateChange caller Up');
  const after = await s.ask('GET /channels/~caller');
  const parties = ({ caller, connected }: Channel) => ({ caller, connected });
  expect(parties(after.answer as Channel)).toEqual(parties(before.answer as Channel));
});
