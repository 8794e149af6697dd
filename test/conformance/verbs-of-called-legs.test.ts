/**
 * A list of verbs on a leg that was called straight into its app, and so came through no extension of the dialplan.
 *
 * What Asterisk does, and the simulator does as well: this file runs against both (`npm test`, `npm run test:asterisk`).
 * Each expectation was seen on a real Asterisk first.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Scenario, withScenarios } from './scenario.ts';

let s: Scenario;
withScenarios((scenario) => {
  s = scenario;
});

const GATHER = 'gather:vm-password:4:60:60:t(%23):1';
const TALK = `dial:${encodeURIComponent('Local/answers@default')}:30:g`;

/** By which commands a leg comes into its app, answered. */
const WAYS = {
  'that was originated': async () => {
    const ids = 'channelId=~caller&otherChannelId=~phone-of-caller';
    await s.run(`POST /channels?endpoint=Local/phone@default/n&app=conformance&${ids}`);
    await s.story('StasisStart caller Up');
  },
  'that was created, and dialled': async () => {
    const ids = 'channelId=~caller&otherChannelId=~phone-of-caller';
    await s.run(`POST /channels/create?endpoint=Local/phone@default/n&app=conformance&${ids}`);
    await s.story('StasisStart caller Down');
    await s.run('POST /channels/~caller/dial');
    await s.story('ChannelStateChange caller Up');
  },
};

/** The event of the leg's end; its phone's may come before or after it. */
async function end(): Promise<string | undefined> {
  const end = 'ChannelDestroyed caller';
  return (await s.story(end)).find((line) => line.startsWith(end));
}

describe.each(Object.entries(WAYS))('a leg %s', (_, begin) => {
  beforeEach(begin);

  test('comes back with its digits, and hangs up in its app without another outcome', async () => {
    await s.verbs(100, GATHER);
    await s.story('StasisEnd');
    await s.run('POST /channels/~phone-of-caller/dtmf?dtmf=4711');
    expect((await s.story('StasisStart')).at(-1)).toBe(
      'StasisStart caller Up args=["ari-eventbridge","gathered","pin","100","1","OK","4711",""]',
    );
    await s.run('DELETE /channels/~phone-of-caller');
    expect(await end()).toBe('ChannelDestroyed caller Up cause=16 cause_txt="Normal Clearing"');
  });

  test('hangs up while digits are gathered: the last event has the outcome', async () => {
    await s.verbs(100, GATHER);
    await s.story('StasisEnd');
    await s.run('POST /channels/~phone-of-caller/dtmf?dtmf=4');
    await s.story('ChannelDtmfReceived');
    await s.run('DELETE /channels/~phone-of-caller');
    expect(await end()).toBe(
      'ChannelDestroyed caller Up cause=16 cause_txt="Normal Clearing" outcome=gathered,pin,100,1,HANGUP,4,',
    );
  });

  test('hangs up in its second list: the outcome is that of the second', async () => {
    await s.verbs(100, 'wait:0.1');
    await s.story('StasisStart');
    await s.verbs(101, 'wait:60');
    await s.story('StasisEnd');
    await s.run('DELETE /channels/~phone-of-caller');
    expect(await end()).toBe(
      'ChannelDestroyed caller Up cause=16 cause_txt="Normal Clearing" outcome=gathered,pin,101,1,HANGUP,,',
    );
  });

  test('hangs up during a talk', async () => {
    await s.verbs(100, TALK);
    await s.story('Dial caller=caller Up dialstatus="ANSWER"');
    await s.run('DELETE /channels/~phone-of-caller');
    expect(await end()).toMatch(
      /^ChannelDestroyed caller Up cause=16 cause_txt="Normal Clearing" outcome=dialled,pin,100,1,HANGUP,\d+,ANSWER$/,
    );
  });
});
