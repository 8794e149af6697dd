/**
 * What only one of a thousand random programs found: bridges that are over, and states that change unseen.
 *
 * What Asterisk does, and the simulator does as well: this file runs against both (`npm test`, `npm run test:asterisk`).
 * Each expectation was seen on a real Asterisk first.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { type Scenario, withScenarios } from './scenario.ts';

let s: Scenario;
withScenarios((scenario) => {
  s = scenario;
});

describe('a bridge', () => {
  test.each([
    ['snooped on', 'POST', 'snoop/~spy?app=conformance&spy=out'],
    ['muted', 'POST', 'mute?direction=in'],
    ['no longer muted', 'DELETE', 'mute?direction=both'],
  ])('shows that its video follows who talks once a channel is %s', async (_, method, command) => {
    await s.answeredCall();
    if (method === 'DELETE') await s.run('POST /channels/~caller/mute?direction=in');
    await s.run('POST /bridges/~room?type=mixing,video_single');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    expect(await s.run('DELETE /bridges/~room/videoSource')).toBe('204');
    expect((await s.ask('GET /bridges/~room')).answer.video_mode).toBe('single');
    await s.run(`${method} /channels/~caller/${command}`);
    await s.story();
    expect((await s.ask('GET /bridges/~room')).answer.video_mode).toBe('talker');
  });

  test('shows nothing new where a channel is muted that was muted before', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/mute?direction=in');
    await s.run('POST /bridges/~room?type=mixing,video_single');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.run('DELETE /bridges/~room/videoSource');
    await s.run('POST /channels/~caller/mute?direction=out');
    await s.run('DELETE /channels/~caller/mute?direction=in');
    await s.story();
    expect((await s.ask('GET /bridges/~room')).answer.video_mode).toBe('single');
  });

  test('shows the variables that it was created with once it has changed', async () => {
    const variables = { X: { value: '1', report_events: true } };
    expect((await s.ask('POST /bridges/~room', { variables })).answer.bridgevars).toEqual({ X: '1' });
    expect((await s.ask('GET /bridges/~room')).answer.bridgevars).toBeUndefined();
    expect(await s.run('POST /bridges/~room/variables', { variables: {} })).toBe('204');
    expect((await s.ask('GET /bridges/~room')).answer.bridgevars).toBeUndefined();
    expect(await s.run('POST /bridges/~room/variables', { variables: { Y: '2' } })).toBe('204');
    expect((await s.ask('GET /bridges/~room')).answer.bridgevars).toEqual({ X: '1' });
  });

  test('for holding has one announcer: music, which is refused beside a playback, ends that where nobody listens', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room?type=holding');
    await s.run('POST /applications/conformance/subscription?eventSource=bridge:~room');
    await s.run('POST /bridges/~room/play/~p?media=sound:silence/9');
    await s.story('PlaybackStarted');
    expect(await s.run('POST /bridges/~room/moh')).toBe('204');
    expect(await s.story('PlaybackFinished')).toEqual(['PlaybackFinished p sound:silence/9 failed bridge:room']);
    expect(await s.run('DELETE /bridges/~room/moh')).toBe("409 Bridge isn't playing music");
  });

  test('that was destroyed before a channel came ends when the caller hangs up', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room');
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
    await s.story('PlaybackStarted');
    void s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.story();
    await s.run('DELETE /bridges/~room');
    await s.run('DELETE /channels/~phone-of-caller');
    // In either order: Asterisk reports channels and bridges by threads of their own.
    const story = [...(await s.story('StasisEnd')), ...(await s.story())].join('\n');
    expect(story).toMatch(/^BridgeDestroyed/m);
  });

  test('that the other half of a Local channel cannot join lets it show nothing new', async () => {
    const ids = 'channelId=~phone&otherChannelId=~caller&callerId=Ann%20%3C1001%3E';
    await s.run(`POST /channels?endpoint=Local/bare@default&app=phone&${ids}`);
    await s.story('StasisStart caller');
    await s.run('POST /channels/~caller/answer');
    await s.run('POST /bridges/~room');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    expect(await s.run('POST /bridges/~room/play', { media: [] })).toBe('500 Allocation failed');
    await s.story();
    expect((await s.ask('GET /channels/~caller')).answer.connected).toEqual({ name: '', number: '' });
    expect(await s.run('POST /bridges/~room/addChannel?channel=~phone')).toBe('204');
    await s.story();
    expect((await s.ask('GET /channels/~phone')).answer.caller).toEqual({ name: 'Ann', number: '1001' });
  });

  test('of two gives one the SIP Call-ID of the other', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room');
    await s.run('POST /channels/create?endpoint=PJSIP/sipp/sip:sipp@127.0.0.1:9&app=conformance&channelId=~out');
    await s.story('StasisStart out');
    await s.run('POST /bridges/~room/addChannel?channel=~caller,~out');
    await s.story();
    const callId = (await s.ask('GET /channels/~out')).answer.protocol_id;
    expect(callId).toMatch(/^[0-9a-f-]{36}$/);
    const variable = '/variable?variable=BRIDGEPVTCALLID';
    expect((await s.ask(`GET /channels/~caller${variable}`)).answer).toEqual({ value: callId });
    expect(await s.run(`GET /channels/~out${variable}`)).toBe('404 Provided variable was not found');
    await s.run('POST /bridges/~room/removeChannel?channel=~caller');
    await s.story();
    expect(await s.run(`GET /channels/~caller${variable}`)).toBe('404 Provided variable was not found');
  });

  test('goes on to show one video where its source leaves, and the event comes with the next change', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room');
    await s.run('POST /applications/conformance/subscription?eventSource=bridge:~room');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.run('POST /bridges/~room/videoSource/~caller');
    expect((await s.story('BridgeVideoSourceChanged')).at(-1)).toBe('BridgeVideoSourceChanged room[caller]');
    await s.run('POST /bridges/~room/removeChannel?channel=~caller');
    expect(await s.story('ChannelLeftBridge')).toEqual(['ChannelLeftBridge room[] caller Up']);
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    expect((await s.story('ChannelEnteredBridge')).toSorted()).toEqual([
      'BridgeVideoSourceChanged room[caller]',
      'ChannelEnteredBridge room[caller] caller Up',
    ]);
    const { answer } = await s.ask('GET /bridges/~room');
    expect([answer.video_mode, answer.video_source_id]).toEqual(['single', undefined]);
  });

  test('has no video source any more once its last channel and a playback have left it', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.run('POST /bridges/~room/videoSource/~caller');
    await s.run('POST /bridges/~room/play/~p?media=sound:silence/9');
    await s.story('PlaybackStarted');
    await s.run('POST /bridges/~room/removeChannel?channel=~caller');
    await s.story();
    const { answer } = await s.ask('GET /bridges/~room');
    expect([answer.video_mode, answer.video_source_id]).toEqual(['single', undefined]);
  });

  test('that is destroyed keeps its id while a channel still waits to join it', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room');
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
    const added = s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.story('PlaybackStarted');
    await s.run('DELETE /bridges/~room');
    // Asterisk shows it for a moment.
    await until('404', async () => (await s.run('GET /bridges/~room')) === '404 Bridge not found');
    expect(await s.run('POST /bridges/~room')).toBe("409 Bridge with id 'room' already exists");
    expect(await s.run('POST /bridges?bridgeId=~room')).toBe("409 Bridge with id 'room' already exists");
    await s.run('DELETE /playbacks/~p');
    expect(await added).toBe('204');
    await s.run('DELETE /channels/~caller');
    await s.story('StasisEnd');
    expect(await s.run('POST /bridges/~room')).toBe('200');
  });
});

describe('the cause of the end is normal clearing, where no other is known, of a channel', () => {
  // No cause comes from a leg that goes on where nothing is.
  const END = 'POST /channels/~phone-of-caller/continue?context=nowhere';
  const destroyed = async (): Promise<string | undefined> =>
    (await s.story('ChannelDestroyed caller')).find((line) => line.startsWith('ChannelDestroyed'));

  beforeEach(async () => {
    await s.answeredCall();
    await s.run('POST /applications/conformance/subscription?eventSource=channel:~caller');
    await s.run('POST /bridges/~room');
  });

  test('that came to a destroyed bridge', async () => {
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
    await s.story('PlaybackStarted');
    void s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.story();
    await s.run('DELETE /bridges/~room');
    await s.run(END);
    expect(await destroyed()).toBe('ChannelDestroyed caller Up cause=16 cause_txt="Normal Clearing"');
  });

  test('whose other half could not join its bridge', async () => {
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.run('POST /bridges/~room/addChannel?channel=~phone-of-caller');
    await s.story();
    await s.run(END);
    expect((await s.story('ChannelDestroyed caller'))[0]).toBe('ChannelHangupRequest caller Up cause=16');
  });

  test('but not of one that came to none', async () => {
    await s.run(END);
    expect(await destroyed()).toBe('ChannelDestroyed caller Up cause=0 cause_txt="Unknown"');
  });
});

// The channel's thread refers to the bridge before until it has carried out a command in the present one.
describe('a destroyed bridge ends with the next command for', () => {
  const destroyed = async (): Promise<string[]> => {
    const story = await s.story();
    return story.filter((line) => line.startsWith('BridgeDestroyed'));
  };

  test('a channel that has gone from it to another bridge', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room');
    await s.run('POST /bridges/~hall');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.run('POST /bridges/~hall/addChannel?channel=~caller');
    await s.run('POST /applications/conformance/subscription?eventSource=bridge:~room');
    await s.story();
    await s.run('DELETE /bridges/~room');
    expect(await destroyed()).toEqual([]);
    await s.run('POST /channels/~caller/variable?variable=X&value=1');
    expect(await destroyed()).toHaveLength(1);
  });

  test('a channel that was created and sat in it', async () => {
    await s.run('POST /channels/create?channelId=~out&endpoint=Local/rings@default&app=conformance');
    await s.run('POST /bridges/~room');
    await s.run('POST /bridges/~room/addChannel?channel=~out');
    await s.run('POST /applications/conformance/subscription?eventSource=bridge:~room');
    await s.story();
    await s.run('DELETE /bridges/~room');
    expect(await destroyed()).toEqual([]);
    await s.run('POST /channels/~out/variable?variable=X&value=1');
    expect(await destroyed()).toHaveLength(1);
  });
});

test('a destroyed bridge never ends where a created channel comes to it too late, and is called then', async () => {
  await s.answeredCall();
  await s.run('POST /channels/create?channelId=~out&endpoint=Local/busy@default&app=conformance');
  await s.run('POST /bridges/~room');
  await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
  await s.story('PlaybackStarted');
  const added = s.run('POST /bridges/~room/addChannel?channel=~caller,~out');
  await s.story();
  await s.run('DELETE /bridges/~room');
  await s.run('DELETE /channels/~caller');
  expect(await added).toBe('204');
  expect((await s.story('StasisEnd caller')).filter((line) => line.startsWith('BridgeDestroyed'))).toEqual([]);
  await s.run('POST /channels/~out/dial');
  const story = await s.story('StasisEnd out');
  expect(story.filter((line) => /^(BridgeDestroyed|Dial)/.test(line))).toEqual([
    'Dial out Down dialstatus=""',
    'Dial out Down dialstatus="BUSY"',
  ]);
  expect((await s.ask('GET /applications/conformance')).answer.bridge_ids).toEqual(['room']);
});

test('a channel that came to a destroyed bridge is in none: it can be recorded', async () => {
  await s.answeredCall();
  await s.run('POST /bridges/~room');
  await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
  await s.story('PlaybackStarted');
  const added = s.run('POST /bridges/~room/addChannel?channel=~caller');
  await s.story();
  await s.run('DELETE /bridges/~room');
  await s.run('POST /channels/~caller/record?name=~r&format=ulaw');
  await s.run('DELETE /playbacks/~p');
  expect(await added).toBe('204');
  expect((await s.story('Recording')).at(-1)).toBe('RecordingStarted r recording channel:caller');
});

test.each([
  ['came to no bridge', 'bare', ''],
  ['came to a destroyed bridge', 'answers', 'DELETE /bridges/~room'],
  ['could not join the bridge of its other half', 'bare', 'POST /bridges/~room/addChannel?channel=~phone-of-caller'],
])('where a channel goes on shows before it does, while it still plays: it %s', async (_, exten, before) => {
  await s.answeredCall();
  await s.run('POST /bridges/~room');
  await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
  await s.story('PlaybackStarted');
  await s.run('POST /channels/~caller/continue?context=default&extension=answers');
  if (before !== '') void s.run('POST /bridges/~room/addChannel?channel=~caller');
  await s.story();
  if (before !== '') await s.run(before);
  await s.run('POST /channels/~caller/play/~q?media=sound:silence/9');
  await s.run('DELETE /playbacks/~p');
  await s.story('PlaybackStarted q');
  expect((await s.ask('GET /channels/~caller')).answer.dialplan.exten).toBe(exten);
});

test('moves that wait for their turn go to the last app, with the arguments of all', async () => {
  await s.answeredCall();
  await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
  await s.story('PlaybackStarted');
  await s.run('POST /channels/~caller/move?app=other&appArgs=a,b');
  await s.run('POST /channels/~caller/move?app=conformance&appArgs=c');
  await s.run('POST /channels/~caller/move?app=conformance');
  await s.run('DELETE /playbacks/~p');
  const story = await s.story('StasisStart');
  expect(story.slice(-2)).toEqual(['StasisEnd caller Up', 'StasisStart caller Up args=["a","b","c"]']);
});

test.each([
  ['en', 'failed'],
  ['fr', 'done'],
])('a number that waits for its turn when the caller hangs up, in the language %s, is %s', async (lang, state) => {
  await s.answeredCall();
  await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
  await s.run(`POST /channels/~caller/play/~q?media=number:7&lang=${lang}`);
  await s.story('PlaybackStarted');
  await s.run('DELETE /channels/~phone-of-caller');
  expect(await s.story('StasisEnd')).toContain(`PlaybackFinished q number:7 ${state} channel:caller`);
});

test('the second half of a Local channel has the account code of the originator', async () => {
  await s.answeredCall();
  await s.run('POST /channels/~caller/variable?variable=CHANNEL(accountcode)&value=blue');
  const wish = 'channelId=~out&endpoint=Local/rings@default&app=conformance&originator=~caller';
  expect(await s.run(`POST /channels?${wish}`)).toBe('200');
  await s.story();
  const codes = ['~out', '~out;2'].map(async (id) => (await s.ask(`GET /channels/${id}`)).answer.accountcode);
  expect(await Promise.all(codes)).toEqual(['blue', 'blue']);
});

describe('two accounts', () => {
  const accounts = (id: string): Promise<string[]> =>
    Promise.all(
      ['accountcode', 'peeraccount'].map(async (field) => {
        const { answer } = await s.ask(`GET /channels/${id}/variable?variable=CHANNEL(${field})`);
        return answer.value as string;
      }),
    );

  test('what is set on one half of a Local channel is the peer’s account on the other half', async () => {
    await s.answeredCall();
    await s.run('POST /channels?channelId=~out&endpoint=Local/answers@default&app=conformance');
    await s.story('StasisStart out');
    await s.run('POST /channels/~out/variable?variable=CHANNEL(accountcode)&value=blue');
    expect([await accounts('~out'), await accounts('~out;2')]).toEqual([
      ['blue', ''],
      ['', 'blue'],
    ]);
    await s.run('POST /channels/~out/variable?variable=CHANNEL(peeraccount)&value=red');
    expect(await accounts('~out;2')).toEqual(['red', 'blue']);
  });

  test('a channel without an account learns it in a bridge', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/variable?variable=CHANNEL(peeraccount)&value=blue');
    await s.run('POST /channels?channelId=~out&endpoint=Local/answers@default&app=conformance');
    await s.story('StasisStart out');
    await s.run('POST /bridges/~room');
    await s.run('POST /bridges/~room/addChannel?channel=~caller,~out');
    await s.story();
    expect(await accounts('~out')).toEqual(['blue', '']);
  });
});

test.each([
  ['', '"Zoe" <1001>'],
  [',i', '"Ann" <1001>'],
])(
  'who is connected to one half of a Local channel calls the other half; with the option "%s": %s',
  async (option, all) => {
    const ids = 'channelId=~phone&otherChannelId=~caller&callerId=Ann%20%3C1001%3E';
    await s.run(`POST /channels?endpoint=Local/bare@default&app=phone&${ids}`);
    await s.story('StasisStart caller');
    await s.run('POST /channels/~caller/answer');
    await s.run('POST /channels/~caller/variable?variable=CONNECTEDLINE(num,i)&value=1001');
    await s.run(`POST /channels/~caller/variable?variable=CONNECTEDLINE(name${option})&value=Zoe`);
    await s.story();
    const { answer } = await s.ask('GET /channels/~phone/variable?variable=CALLERID(all)');
    expect(answer.value).toBe(all);
  },
);

test('what becomes of a call shows the present caller, whom no event has shown yet', async () => {
  const ids = 'channelId=~phone&otherChannelId=~caller&callerId=Ann%20%3C1001%3E';
  await s.run(`POST /channels?endpoint=Local/bare@default&app=phone&${ids}`);
  await s.story('StasisStart caller');
  await s.run('POST /applications/conformance/subscription?eventSource=channel:~phone');
  await s.run('POST /channels/~caller/answer');
  await s.run('POST /bridges/~room');
  await s.run('POST /bridges/~room/addChannel?channel=~phone');
  await s.run('POST /bridges/~hall');
  await s.run('POST /bridges/~hall/addChannel?channel=~caller');
  await s.story();
  // Who announces is nobody, and so is the other half's caller from now on.
  await s.run('POST /bridges/~hall/play/~p?media=sound:silence/9');
  await s.story('PlaybackStarted');
  await s.story();
  expect(s.last('Dial')).toMatchObject({ dialstatus: 'PROGRESS', peer: { caller: { name: '', number: '' } } });
  expect((await s.ask('GET /channels/~phone')).answer.caller).toEqual({ name: 'Ann', number: '1001' });
});

test('a recording whose file is deleted meanwhile is cancelled with an error', async () => {
  await s.answeredCall();
  await s.run('POST /channels/~caller/record?format=wav&name=~r');
  await s.story('RecordingStarted');
  expect(await s.run('DELETE /recordings/stored/~r')).toBe('204');
  expect(await s.run('DELETE /recordings/live/~r')).toBe('500 Recording operation failed');
  expect(await s.story('RecordingFinished')).toEqual(['RecordingFinished r done channel:caller']);
});

test('there is no event when a device state is deleted', async () => {
  await s.run('POST /applications/conformance/subscription?eventSource=deviceState:Stasis:~lamp');
  await s.run('PUT /deviceStates/Stasis:~lamp?deviceState=BUSY');
  expect(await s.story('DeviceStateChanged')).toEqual(['DeviceStateChanged']);
  expect(await s.run('DELETE /deviceStates/Stasis:~lamp')).toBe('204');
  expect(await s.story()).toEqual([]);
  await s.run('PUT /deviceStates/Stasis:~lamp?deviceState=BUSY');
  expect(await s.story('DeviceStateChanged')).toEqual(['DeviceStateChanged']);
  await s.run('DELETE /deviceStates/Stasis:~lamp');
  await s.run('DELETE /applications/conformance/subscription?eventSource=deviceState:Stasis:~lamp');
});

test('media from outside have no statistics', async () => {
  const wish = 'channelId=~media&app=conformance&external_host=127.0.0.1:9&format=slin';
  expect(await s.run(`POST /channels/externalMedia?${wish}`)).toBe('200');
  expect(await s.run('GET /channels/~media/rtp_statistics')).toBe('404 RTP info not found');
  await s.answeredCall();
  expect(await s.run('GET /channels/~caller/rtp_statistics')).toBe('403 Unsupported channel type');
});

test('a text message goes to an address of a phone', async () => {
  const to = 'pjsip:sipp/sip:sipp@127.0.0.1:9';
  const message = { to, from: 'sip:a@127.0.0.1', body: 'hello' };
  expect(await s.run('PUT /endpoints/sendMessage', message)).toBe('202');
  expect(await s.run('POST /endpoints/refer', { to, from: 'sip:a@127.0.0.1', refer_to: 'sip:b@127.0.0.1' })).toBe(
    '202',
  );
});
