/**
 * Lists of verbs, which Asterisk carries out by the rendered dialplan.
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

/** With time-outs that none of the keys below comes after. */
const GATHER = 'gather:vm-password:4:60:60:t(%23):1';

beforeEach(async () => {
  await s.call();
  await s.story();
});

describe('a caller', () => {
  test('presses digits, and comes back with them', async () => {
    await s.verbs(100, 'answer', GATHER);
    await s.story('ChannelStateChange caller Up');
    await s.run('POST /channels/~phone-of-caller/dtmf?dtmf=4711');
    expect(await s.story('StasisStart')).toEqual([
      'ChannelDtmfReceived caller Up digit="4"',
      'ChannelDtmfReceived caller Up digit="7"',
      'ChannelDtmfReceived caller Up digit="1"',
      'ChannelDtmfReceived caller Up digit="1"',
      'StasisStart caller Up args=["ari-eventbridge","gathered","pin","100","1","OK","4711",""]',
    ]);
  });

  test('presses nothing, and comes back without', async () => {
    await s.verbs(100, 'answer', 'gather:vm-password:4:2:1:t(%23):1');
    expect((await s.story('StasisStart')).at(-1)).toBe(
      'StasisStart caller Up args=["ari-eventbridge","gathered","pin","100","1","TIMEOUT","",""]',
    );
  });

  test('hangs up while digits are gathered: the last events have the outcome', async () => {
    await s.verbs(100, 'answer', GATHER);
    await s.story('ChannelStateChange caller Up');
    await s.run('POST /channels/~phone-of-caller/dtmf?dtmf=4');
    await s.story('ChannelDtmfReceived');
    await s.run('DELETE /channels/~phone-of-caller');
    expect((await s.story('ChannelDestroyed')).at(-1)).toBe(
      'ChannelDestroyed caller Up cause=16 cause_txt="Normal Clearing" outcome=gathered,pin,100,1,HANGUP,4,',
    );
  });

  test('hears sounds one after the other and is hung up with a cause', async () => {
    await s.verbs(100, 'ring:', 'answer', 'play:silence%2F1%26there-is-none', 'wait:0.1', 'hangup:17');
    expect(await s.story('ChannelDestroyed')).toEqual([
      'StasisEnd caller Ring',
      'ChannelStateChange caller Up',
      'ChannelHangupRequest caller Up cause=16 soft=true',
      'ChannelDestroyed caller Up cause=17 cause_txt="User busy" outcome=gathered,pin,100,1,HANGUP,,',
    ]);
  });
});

describe('a list', () => {
  test('runs once, and none that is older', async () => {
    const told: string[] = [];
    for (const [number, verb] of [
      [100, 'answer'],
      [100, 'hangup:'],
      [99, 'hangup:'],
    ] as const) {
      await s.verbs(number, verb);
      told.push(...(await s.story('StasisStart')).slice(-1));
    }
    const again = 'StasisStart caller Up args=["ari-eventbridge","gathered","pin","100","1","","",""]';
    expect(told).toEqual([again, again, again]);
  });

  test('ends at a verb that the dialplan does not have', async () => {
    await s.verbs(100, 'answer', 'sing:high', 'hangup:');
    expect((await s.story('StasisStart')).at(-1)).toBe(
      'StasisStart caller Up args=["ari-eventbridge","gathered","pin","100","1","UNKNOWN","",""]',
    );
  });

  test.each([
    ['somewhere', 'answers', 'GET 200'],
    ['nowhere', 'nothing-there', 'GET 404 Channel not found'],
  ])('leaves for %s', async (_, exten, found) => {
    await s.verbs(100, `leave:default%2C${exten}%2C1`);
    await s.story('StasisEnd');
    expect(`GET ${await s.run('GET /channels/~caller')}`).toBe(found);
  });
});

describe('a recording', () => {
  test('ends after its time, and is one of the stored recordings', async () => {
    await s.verbs(100, 'answer', 'record:~r.wav:0:5:kq'); // long enough for a busy machine
    await s.story('ChannelStateChange caller Up');
    // Asterisk takes a line on which nothing comes for one that is hung up.
    await s.afterSeconds(0.8);
    await s.run('POST /channels/~phone-of-caller/dtmf?dtmf=5');
    expect((await s.story('StasisStart')).at(-1)).toMatch(/"100","1","TIMEOUT","\d+",""\]$/);
    expect((await s.ask('GET /recordings/stored/~r')).answer).toEqual({ name: 'r', format: 'wav' });
    await s.run('DELETE /recordings/stored/~r');
  });

  test.each([
    ['the pound key', '5%23', 'kq'],
    ['the star key', '%23*', 'kqt'],
    ['any key', '5', 'kqy'],
  ])('ends with %s', async (_, keys, options) => {
    await s.verbs(100, 'answer', `record:~r.wav:0:9:${options}`);
    await s.story('ChannelStateChange caller Up');
    await s.afterSeconds(1.1);
    await s.run(`POST /channels/~phone-of-caller/dtmf?dtmf=${keys}`);
    expect((await s.story('StasisStart')).at(-1)).toMatch(/"100","1","DTMF","\d+",""\]$/);
    expect(await s.run('DELETE /recordings/stored/~r')).toBe('204');
  });

  test.each([
    ['is kept', 'kq', '204'],
    ['is not kept without the option k', 'q', '404 Recording not found'],
  ])('of a caller who hangs up %s', async (_, options, found) => {
    await s.verbs(100, 'answer', `record:~r.wav:0:9:${options}`);
    await s.story('ChannelStateChange caller Up');
    await s.afterSeconds(1);
    await s.run('DELETE /channels/~phone-of-caller');
    await s.story('ChannelDestroyed');
    expect(await s.run('DELETE /recordings/stored/~r')).toBe(found);
  });

  test('of a format that Asterisk does not have fails, and the call goes on', async () => {
    await s.verbs(100, 'answer', 'record:~r.xyz:0:1:kq');
    expect((await s.story('StasisStart')).at(-1)).toMatch(/"100","1","ERROR","\d+",""\]$/);
  });
});

describe('words', () => {
  test('are said one after the other', async () => {
    await s.verbs(100, 'answer', 'digits:1', 'number:7', 'characters:a', 'time:0:UTC:M', 'digits:', 'characters:');
    expect((await s.story('StasisStart')).at(-1)).toMatch(/^StasisStart caller Up/);
  });

  test('that are no number are left out, and no words end the call', async () => {
    await s.verbs(100, 'answer', 'number:seven', 'wait:0.1', 'number:');
    expect((await s.story('ChannelDestroyed')).at(-1)).toBe(
      'ChannelDestroyed caller Up cause=0 cause_txt="Unknown" outcome=gathered,pin,100,1,HANGUP,,',
    );
  });
});

test('digits cannot be gathered without a prompt that is there', async () => {
  await s.verbs(100, 'answer', 'gather:there-is-none:4:1:1:t(%23):2');
  expect((await s.story('StasisStart')).at(-1)).toMatch(/"100","1","ERROR","",""\]$/);
});

test.each([
  ['1002', 'UNSUPPORTED'],
  ['PJSIP%2F1002', 'FAILURE'],
])('a Local channel cannot be transferred to %s: %s', async (target, status) => {
  await s.verbs(100, 'answer', `transfer:${target}`);
  expect((await s.story('StasisStart')).at(-1)).toBe(
    `StasisStart caller Up args=["ari-eventbridge","gathered","pin","100","1","${status}","",""]`,
  );
});
