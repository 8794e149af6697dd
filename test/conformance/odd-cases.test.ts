/**
 * What random programs found that nobody had thought of: wrong states, odd media, odd arguments.
 *
 * What Asterisk does, and the simulator does as well: this file runs against both (`npm test`, `npm run test:asterisk`).
 * Each expectation was seen on a real Asterisk first.
 */
import { describe, expect, test } from 'vitest';
import { type Scenario, withScenarios } from './scenario.ts';

let s: Scenario;
withScenarios((scenario) => {
  s = scenario;
});

const ORIGINATE = 'POST /channels?channelId=~out&endpoint=Local';

describe('media', () => {
  test.each([
    ['hello-world', ['PlaybackStarted p hello-world playing channel:caller']],
    ['recording:~nothing', ['PlaybackStarted p recording:nothing playing channel:caller']],
    ['tone:ring', ['PlaybackStarted p tone:ring playing channel:caller']],
    [
      'sound:silence/11',
      [
        'PlaybackStarted p sound:silence/11 playing channel:caller',
        'PlaybackFinished p sound:silence/11 failed channel:caller',
      ],
    ],
    [
      'tone:nonsense',
      [
        'PlaybackStarted p tone:nonsense playing channel:caller',
        'PlaybackFinished p tone:nonsense failed channel:caller',
      ],
    ],
  ])('%s', async (media, story) => {
    await s.answeredCall();
    expect(await s.run(`POST /channels/~caller/play/~p?media=${media}`)).toBe('201');
    expect(await s.story()).toEqual(story);
  });

  test.each([
    ['wav', 'failed'],
    ['ulaw', 'done'],
  ])('of a recording that is still made, in the format %s, are %s', async (format, state) => {
    await s.run('POST /channels?endpoint=Local/bare@default&app=other&channelId=~phone&otherChannelId=~caller');
    await s.story('StasisStart caller');
    await s.run('POST /channels/~caller/answer');
    await s.story('other: StasisStart phone');
    await s.run(`POST /channels/~caller/record?name=~r&format=${format}`);
    await s.story('RecordingStarted');
    await s.run('POST /channels/~phone/play/~p?media=recording:~r');
    expect(await s.story('other: PlaybackFinished')).toContain(
      `other: PlaybackFinished p recording:r ${state} channel:phone`,
    );
  });

  test('without a scheme are left out of a list, and no event shows their end', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=hello-world,sound:beep');
    expect(await s.story('PlaybackFinished')).toEqual([
      'PlaybackStarted p hello-world playing channel:caller',
      'PlaybackStarted p sound:beep playing channel:caller',
      'PlaybackFinished p sound:beep done channel:caller',
    ]);
  });

  test('that end a list without a scheme leave it without an end', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:beep,hello-world');
    expect((await s.story('PlaybackStarted p hello-world')).slice(1)).toEqual([
      'PlaybackContinuing p sound:beep continuing channel:caller',
      'PlaybackStarted p hello-world playing channel:caller',
    ]);
    expect(await s.run('GET /playbacks/~p')).toBe('404 Playback not found');
  });

  test('that are none are refused', async () => {
    await s.answeredCall();
    expect(await s.run('POST /channels/~caller/play/~p')).toBe('500 Failed to queue media for playback');
    expect(await s.run('POST /channels/~caller/play/~p', { media: [] })).toBe('500 Failed to queue media for playback');
    expect(await s.run('POST /channels/~caller/play/~p?media=sound:beep&offsetms=-1')).toBe(
      '400 offsetms cannot be negative',
    );
    await s.run('POST /bridges/~room');
    expect(await s.run('POST /bridges/~room/play/~p')).toBe('500 Allocation failed');
  });

  test('in a body are no list where they are one text', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p', { media: 'sound:a,sound:b' });
    expect((await s.story('PlaybackStarted'))[0]).toBe('PlaybackStarted p sound:a,sound:b playing channel:caller');
  });
});

describe('a recording', () => {
  test('of a channel in a bridge fails', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.story('ChannelEnteredBridge');
    expect(await s.run('POST /channels/~caller/record?format=wav&name=~r')).toBe('201');
    expect(await s.story('RecordingFailed')).toEqual(['RecordingFailed r failed channel:caller']);
    expect(await s.run('GET /recordings/stored/~r')).toBe('404 Recording not found');
  });

  test('keeps its channel out of bridges', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room');
    await s.run('POST /channels/~caller/record?format=wav&name=~r');
    await s.story('RecordingStarted');
    expect(await s.run('POST /bridges/~room/addChannel?channel=~caller')).toBe(
      '409 Channel caller currently recording',
    );
    await s.run('POST /recordings/live/~r/stop');
  });

  test('that waits for its turn makes no event when it is cancelled, and is recorded all the same', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
    await s.run('POST /channels/~caller/record?format=wav&name=~r');
    await s.story('PlaybackStarted');
    expect(await s.run('POST /recordings/live/~r/pause')).toBe('409 Recording not in session');
    expect(await s.run('DELETE /recordings/live/~r')).toBe('204');
    expect(await s.story()).toEqual([]);
    await s.run('DELETE /playbacks/~p');
    expect((await s.story('RecordingStarted')).at(-1)).toBe('RecordingStarted r recording channel:caller');
    await s.run('POST /recordings/live/~r/stop');
  });
});

describe('a bridge', () => {
  test.each([
    ['holding', 'holding', 'holding_bridge', 'talker'],
    ['mixing,dtmf_events', 'mixing', 'simple_bridge', 'talker'],
    ['mixing,video_single', 'mixing', 'simple_bridge', 'single'],
    ['video_sfu', 'mixing', 'softmix', 'sfu'],
  ])('of type %s', async (type, bridge_type, technology, video_mode) => {
    const { answer } = await s.ask(`POST /bridges/~room?type=${type}`);
    expect(answer).toMatchObject({ bridge_type, technology, video_mode });
  });

  test.each(['nonsense', 'mixing,holding', 'proxy_media'])('of type %s is refused', async (type) => {
    expect(await s.run(`POST /bridges/~room?type=${type}`)).toBe('500 Unable to create bridge');
    expect(await s.run(`POST /bridges?bridgeId=~room&type=${type}`)).toBe(
      "500 Unable to create bridge. Possible duplicate bridge id 'room'",
    );
  });

  test('has variables', async () => {
    expect((await s.ask('POST /bridges/~room', { variables: { X: '1' } })).status).toBe(200);
    expect((await s.ask('GET /bridges/~room/variable?variable=X')).answer).toEqual({ value: '1' });
    expect(await s.run('GET /bridges/~room/variable?variable=Y')).toBe('404 Provided variable was not found');
    expect(await s.run('POST /bridges/~room/variable?variable=Y&value=2&report_events=true')).toBe('204');
    expect((await s.ask('GET /bridges/~room/variables?variables=X,Y')).answer).toEqual({
      variables: { X: '1', Y: '2' },
    });
    expect((await s.ask('GET /bridges/~room')).answer.bridgevars).toEqual({ Y: '2' });
    expect(await s.run('POST /bridges/~hall', { variables: { X: 2 } })).toBe(
      "400 Each value in 'variables' must be a string or an object with 'value' and optional 'report_events'",
    );
    expect(await s.run('GET /bridges/~hall')).toBe('200');
  });

  test('has music that is stopped once', async () => {
    await s.run('POST /bridges/~room');
    expect(await s.run('DELETE /bridges/~room/moh')).toBe("409 Bridge isn't playing music");
    expect(await s.run('POST /bridges/~room/moh')).toBe('204');
    expect(await s.run('DELETE /bridges/~room/moh')).toBe('204');
  });
});

describe('a call that is placed', () => {
  test.each([
    ['1003', { name: '', number: '1003' }],
    ['Support', { name: 'Support', number: '' }],
    ['"Support"', { name: 'Support', number: '' }],
    ['A "B" C <1003>', { name: 'A "B" C', number: '1003' }],
    ['A<b> <1005>', { name: 'A<b>', number: '1005' }],
    ['"Doe, Jane" <1004>', { name: 'Doe, Jane', number: '1004' }],
  ])('with the caller id %s', async (callerId, party) => {
    const { answer } = await s.ask(`${ORIGINATE}/rings@default&app=conformance`, { callerId });
    expect([answer.caller, answer.connected]).toEqual([party, party]);
    expect(answer.dialplan).toMatchObject({ app_name: 'AppDial2', app_data: '(Outgoing Line)', exten: 'rings' });
  });

  test('for another belongs to its call', async () => {
    await s.call();
    const originate = `${ORIGINATE}/rings@default&app=conformance`;
    const { answer } = await s.ask(`${originate}&originator=~caller`);
    expect(answer.channelvars['CHANNEL(linkedid)']).toBe('phone-of-caller');
    expect(await s.run(`${originate}&originator=~nobody`)).toBe('400 Provided originator channel was not found');
  });

  test('has variables that are texts', async () => {
    const originate = `${ORIGINATE}/answers@default&app=conformance`;
    expect(await s.run(originate, { variables: { X: 2 } })).toBe(
      "400 Each value in 'variables' must be a string or an object with 'value' and optional 'report_events'",
    );
    await s.run(originate, { variables: { __KEPT: 'yes', 'CALLERID(name)': 'Eve', X: { value: 'v' } } });
    await s.story('StasisStart');
    const read = async (name: string) => (await s.ask(`GET /channels/~out/variable?variable=${name}`)).answer.value;
    expect([await read('KEPT'), await read('CALLERID(name)'), await read('X')]).toEqual(['yes', 'Eve', 'v']);
  });

  test('has arguments as the dialplan has them', async () => {
    await s.run(`${ORIGINATE}/answers@default&app=conformance`, { appArgs: '"x, y",{"id":7},,' });
    expect((await s.story('StasisStart')).at(-1)).toBe('StasisStart out Up args=["x, y","{id:7}","",""]');
    await s.run('POST /channels/~out/move', { app: 'conformance', appArgs: '"x, y",,z' });
    expect((await s.story('StasisStart')).at(-1)).toBe('StasisStart out Up args=["\\"x"," y\\"","z"]');
  });

  test('is created, and obeys but few commands until it answers', async () => {
    await s.run('POST /channels/create?channelId=~out&endpoint=Local/rings@default&app=conformance');
    await s.story('StasisStart');
    for (const command of ['answer', 'play?media=sound:beep', 'moh', 'hold', 'dtmf?dtmf=1', 'continue']) {
      expect(await s.run(`POST /channels/~out/${command}`)).toBe('412 Channel in invalid state');
    }
    expect(await s.run('POST /channels/~out/dial')).toBe('204');
    await s.story('Dial out Ringing');
    expect(await s.run('POST /channels/~out/dial')).toBe("409 Channel is not in the 'Down' state");
    expect(await s.run('POST /channels/~out/record?format=wav&name=~r')).toBe('201');
    expect(await s.story('RecordingFailed')).toEqual(['RecordingFailed r failed channel:out']);
  });
});

describe('a channel', () => {
  test('is moved and sent on twice', async () => {
    await s.call('app');
    for (const app of ['other', 'conformance'])
      expect(await s.run(`POST /channels/~caller/move?app=${app}`)).toBe('204');
    await s.story('StasisStart caller Ring args=[]');
    expect(await s.run('POST /channels/~caller/continue')).toBe('204');
    await s.story();
    expect(await s.run('POST /channels/~caller/continue')).toBe('409 Channel not in Stasis application');
    expect(await s.run('POST /channels/~caller/move?app=other')).toBe('409 Channel not in Stasis application');
  });

  test('goes on at a priority or a label that exists', async () => {
    await s.call('app');
    const at = 'POST /channels/~caller/continue?context=default&extension=back';
    expect(await s.run(`${at}&label=nowhere`)).toBe('404 Requested label can not be found');
    expect(await s.run(`${at}&label=0`)).toBe('400 Requested priority is illegal');
    expect(await s.run(`${at}&label=1`)).toBe('204');
    expect((await s.story('StasisStart caller Ring args=["back"]')).at(-1)).toContain('back');
  });

  test('has variables that are written by functions', async () => {
    await s.call();
    await s.story();
    const at = '/channels/~caller/variable';
    for (const value of ['a', 'b']) await s.run(`POST ${at}`, { variable: 'PUSH(LIST,|)', value });
    expect((await s.ask(`GET ${at}?variable=LIST`)).answer).toEqual({ value: 'a|b' });
    expect(await s.run(`POST ${at}?variable=NO_FUNCTION(x)&value=1`)).toBe('204');
    expect(await s.run(`POST ${at}`, { variable: 'CALLERID(all)', value: '"Bob" <1002>' })).toBe('204');
    expect((await s.ask('GET /channels/~caller')).answer.caller).toEqual({ name: 'Bob', number: '1002' });
    expect((await s.ask('GET /channels/~caller/variables?variables=LIST,CALLERID(num)')).answer).toEqual({
      variables: { LIST: 'a|b', 'CALLERID(num)': '1002' },
    });
  });

  test('has variables that go into every event', async () => {
    await s.call();
    await s.run('POST /channels/~caller/variable?variable=TENANT&value=acme&report_events=true');
    expect((await s.ask('GET /channels/~caller')).answer.channelvars).toMatchObject({ TENANT: 'acme' });
    await s.run('POST /channels/~caller/variable?variable=TENANT&value=north');
    expect((await s.ask('GET /channels/~caller')).answer.channelvars.TENANT).toBeUndefined();
  });

  test('is hung up for one reason', async () => {
    await s.call();
    expect(await s.run('DELETE /channels/~caller?reason=busy&reason_code=17')).toBe(
      "400 The reason and reason_code can't both be specified",
    );
    expect(await s.run('DELETE /channels/~caller?reason_code=x')).toBe(
      '400 Invalid reason for hangup reason code provided',
    );
  });

  test('is redirected within its technology', async () => {
    await s.answeredCall();
    const to = (endpoint: string) => s.run(`POST /channels/~caller/redirect?endpoint=${endpoint}`);
    expect(await to('PJSIP/x')).toBe("422 Endpoint technology 'PJSIP' does not match channel technology 'Local'");
    expect(await to('Local')).toBe("422 Endpoint parameter 'Local' does not contain tech/resource");
    expect(await to('Local/back@default')).toBe('204');
  });

  test('goes on at the extension T when its time is over', async () => {
    await s.call('timed');
    expect(await s.story('StasisStart caller Ring args=["late"]')).toEqual([
      'StasisStart caller Ring args=[]',
      'StasisEnd caller Ring',
      'StasisStart caller Ring args=["late"]',
    ]);
  });
});

describe('subscriptions and device states', () => {
  test('an app hears of a bridge, and no more', async () => {
    await s.run('POST /bridges/~room');
    const at = '/applications/other/subscription?eventSource=bridge:~room';
    expect((await s.ask(`POST ${at}`)).answer.bridge_ids).toEqual(['room']);
    expect((await s.ask(`DELETE ${at}`)).answer.bridge_ids).toEqual([]);
    expect(await s.run(`DELETE ${at}`)).toBe('422 Event source was not subscribed to');
    expect(await s.run('POST /applications/other/subscription?eventSource=nonsense:x')).toBe(
      '400 Invalid event source URI scheme',
    );
    expect(await s.run('POST /applications/other/subscription')).toBe('400 Missing parameter eventSource');
  });

  test('an app hears of a device’s state', async () => {
    await s.run('POST /applications/conformance/subscription?eventSource=deviceState:Stasis:~lamp');
    expect(await s.run('PUT /deviceStates/Stasis:~lamp?deviceState=INUSE')).toBe('204');
    expect((await s.ask('GET /deviceStates/Stasis:~lamp')).answer).toEqual({ name: 'Stasis:lamp', state: 'INUSE' });
    expect(await s.story('DeviceStateChanged')).toEqual(['DeviceStateChanged']);
    expect(await s.run('PUT /deviceStates/PJSIP/x?deviceState=INUSE')).toMatch(/^(404|409)/);
    expect(await s.run('PUT /deviceStates/Stasis:~lamp?deviceState=nonsense')).toBe('500 Unknown device');
    expect(await s.run('DELETE /deviceStates/Stasis:~lamp')).toBe('204');
    await s.run('DELETE /applications/conformance/subscription?eventSource=deviceState:Stasis:~lamp');
  });

  test('an event filter has types', async () => {
    expect(await s.run('PUT /applications/other/eventFilter', { disallowed: [{}] })).toBe(
      '400 Invalid format definition',
    );
    expect(await s.run('PUT /applications/other/eventFilter', { disallowed: 'x' })).toBe(
      '400 Invalid format definition',
    );
  });
});

describe('media from outside', () => {
  test.each([
    ['external_host=127.0.0.1:9&format=slin', '400 app cannot be empty'],
    ['app=other&format=slin', '400 external_host is required for all but websocket server connections'],
    [
      'app=other&external_host=127.0.0.1&format=slin',
      '400 external_host must be <host>:<port> for all transports other than websocket',
    ],
    ['app=other&external_host=127.0.0.1:9', '400 format cannot be empty'],
    [
      'app=other&external_host=127.0.0.1:9&format=slin&transport=tcp',
      "400 transport must be 'udp' for rtp encapsulation",
    ],
  ])('%s is refused', async (wish, refusal) => {
    expect(await s.run(`POST /channels/externalMedia?${wish}`)).toBe(refusal);
  });

  test('come into their app', async () => {
    const wish = 'channelId=~media&app=conformance&external_host=127.0.0.1:9&format=slin';
    expect(await s.run(`POST /channels/externalMedia?${wish}`)).toBe('200');
    expect((await s.story('StasisStart')).at(-1)).toBe('StasisStart media Up args=[]');
  });
});

describe('in a bridge that a channel leaves', () => {
  const SOUND = 'media=tone:ring';

  test('a playback and a recording end with the last channel', async () => {
    await s.call();
    await s.run('POST /bridges/~room');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.run(`POST /bridges/~room/play/~p?${SOUND}`);
    await s.run('POST /bridges/~room/record?name=~r&format=wav');
    await s.story('RecordingStarted');
    await s.run('POST /bridges/~room/removeChannel?channel=~caller');
    // The app hears of a bridge as long as one of its channels is in it.
    await s.story('ChannelLeftBridge');
    expect(await s.run('GET /playbacks/~p')).toBe('404 Playback not found');
    expect(await s.run('GET /recordings/live/~r')).toBe('404 Recording not found');
  });

  test('music ends with the last channel', async () => {
    await s.call();
    await s.run('POST /bridges/~room');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.run('POST /bridges/~room/moh');
    await s.run('POST /bridges/~room/removeChannel?channel=~caller');
    await s.story('ChannelLeftBridge');
    expect(await s.run('DELETE /bridges/~room/moh')).toBe("409 Bridge isn't playing music");
  });

  test('a recording goes on while nobody has come yet, and ends with music that is stopped', async () => {
    await s.run('POST /bridges/~room');
    await s.run('POST /bridges/~room/record?name=~r&format=wav');
    await s.story();
    expect(await s.run('GET /recordings/live/~r')).toBe('200');
    await s.run('POST /bridges/~room/moh');
    await s.run('DELETE /bridges/~room/moh');
    await s.story();
    expect(await s.run('GET /recordings/live/~r')).toBe('404 Recording not found');
  });
});

describe('digits that are sent', () => {
  test('are cut where the call is hung up meanwhile', async () => {
    await s.call();
    await s.story();
    await s.run('POST /channels/~caller/dtmf?dtmf=12345');
    await s.run('DELETE /channels/~caller');
    expect(await s.story('StasisEnd')).toEqual([
      'ChannelHangupRequest caller Ring cause=32 soft=true',
      'StasisEnd caller Ring',
    ]);
    expect(await s.run('GET /channels/~caller')).toBe('404 Channel not found');
  });

  test('are sent to their end where they waited behind a playback that a hang-up has cut', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=tone:ring');
    await s.run('POST /channels/~caller/dtmf?dtmf=12345');
    await s.run('DELETE /channels/~caller');
    await s.story('PlaybackFinished');
    expect(await s.run('GET /channels/~caller')).toBe('200');
    await s.story('StasisEnd');
  });

  // The thread that sends silence on a channel wakes up for each piece of it.
  test.each([
    [[], '12'],
    [['POST silence'], ''],
    [['POST silence', 'DELETE moh'], ''],
    [['POST silence', 'POST play/~q?media=tone:nonsense'], ''],
    [['POST silence', 'POST play/~q?media=hello-world'], ''],
    [['POST silence', 'DELETE silence'], '12'],
    [['POST silence', 'POST play/~q?media=sound:there-is-none'], '12'],
    [['POST silence', 'POST play/~q?media=number:7&lang=fr'], '12'],
    [['POST silence', 'POST record?name=~r&format=ulaw'], '12'],
    [['POST silence', 'POST dtmf?dtmf=34'], '12'],
  ])('after a hang-up, behind %j, arrive as "%s"', async (commands, digits) => {
    await s.answeredCall();
    await s.run('POST /applications/conformance/subscription?eventSource=channel:~phone-of-caller');
    await s.run('POST /channels/~caller/play/~p?media=tone:ring');
    for (const command of commands) await s.run(`${command.replace(' ', ' /channels/~caller/')}`);
    await s.run('POST /channels/~caller/dtmf?dtmf=12');
    await s.run('DELETE /channels/~caller');
    const story = (await s.story('StasisEnd')).join('\n');
    expect([...story.matchAll(/DtmfReceived.*"(.)"/g)].map(([, digit]) => digit).join('')).toBe(digits);
  });
});

describe('variables', () => {
  test('that are none are set at once, also while a playback is under way', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=tone:ring');
    expect(await s.run('POST /channels/~caller/variables', { variables: {} })).toBe('204');
  });
});

test('a variable that is reported and not set shows when another channel joins the holding bridge', async () => {
  await s.answeredCall();
  await s.run('POST /channels/~caller/snoop/~spy?app=other&whisper=out');
  await s.run('POST /bridges/~room?type=holding');
  await s.run('POST /bridges/~room/addChannel?channel=~spy');
  await s.story();
  await s.run('POST /channels/~spy/variable', { variable: 'DIGITS', report_events: true });
  const reported = async () => (await s.ask('GET /channels/~spy')).answer.channelvars.DIGITS;
  expect(await reported()).toBeUndefined();
  await s.run('POST /bridges/~room/addChannel?channel=~caller');
  await s.story();
  expect(await reported()).toBe('');
});

test('a channel that joins what plays to a bridge already belongs to the call of the announcer, which is older', async () => {
  const callId = async () => (await s.ask('GET /channels/~caller')).answer.channelvars['CHANNEL(linkedid)'];
  await s.run('POST /bridges/~room');
  expect(await s.run('POST /bridges/~room/play/~p?media=tone:ring')).toBe('201');
  await s.answeredCall();
  expect(await callId()).toBe('phone-of-caller');
  expect(await s.run('POST /bridges/~room/addChannel?channel=~caller')).toBe('204');
  await s.story('ChannelEnteredBridge room[caller] caller');
  expect(await callId()).not.toBe('phone-of-caller');
});

describe('the other half of a Local channel', () => {
  const inApps = async (): Promise<void> => {
    await s.run('POST /channels?endpoint=Local/bare@default&app=other&channelId=~phone&otherChannelId=~caller');
    await s.story('StasisStart caller');
    expect(await s.run('POST /channels/~caller/answer')).toBe('204');
    await s.story('other: StasisStart phone');
  };

  test.each([
    ['sound:silence/9', 'failed'],
    ['digits:123456789', 'failed'],
    ['tone:ring', 'done'],
  ])('ends what is played to it when it says that it is busy: %s is %s', async (media, state) => {
    await inApps();
    await s.run(`POST /channels/~caller/play/~p?media=${media}`);
    await s.story('PlaybackStarted');
    expect(await s.run('POST /channels/~phone/continue?context=default&extension=busy')).toBe('204');
    expect(await s.story('PlaybackFinished')).toContain(`PlaybackFinished p ${media} ${state} channel:caller`);
  });

  test('does not come into the same bridge, whose end makes no event after that', async () => {
    await inApps();
    await s.run('POST /bridges/~room');
    expect(await s.run('POST /bridges/~room/addChannel?channel=~caller')).toBe('204');
    expect(await s.run('POST /bridges/~room/addChannel?channel=~phone')).toBe('204');
    await s.story();
    expect(await s.run('DELETE /bridges/~room')).toBe('204');
    expect((await s.story()).filter((line) => line.includes('BridgeDestroyed'))).toEqual([]);
    expect((await s.ask('GET /applications/other')).answer.bridge_ids).toHaveLength(1);
  });
});
