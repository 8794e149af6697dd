/**
 * Bridges, and calls that Asterisk places.
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

describe('a bridge', () => {
  test('is created once, and destroyed', async () => {
    expect(await s.run('POST /bridges/~room?type=mixing&name=Room')).toBe('200');
    expect(await s.run('POST /bridges/~room?type=mixing')).toBe("409 Bridge with id 'room' already exists");
    expect(await s.run('POST /bridges?bridgeId=~room')).toBe("409 Bridge with id 'room' already exists");
    expect((await s.ask('GET /bridges/~room')).answer).toMatchObject({
      id: 'room',
      name: 'Room',
      technology: 'simple_bridge',
      bridge_type: 'mixing',
      channels: [],
    });
    expect(await s.run('DELETE /bridges/~room')).toBe('204');
    // For a moment Asterisk still has the bridge, and no app: 409 "Bridge not in Stasis application".
    expect(await s.story()).toEqual([]);
    expect(await s.run('DELETE /bridges/~room')).toBe('404 Bridge not found');
  });

  test('takes channels in and lets them out', async () => {
    await s.answeredCall('alice');
    await s.answeredCall('bob');
    await s.run('POST /bridges/~room?type=mixing');
    expect(await s.run('POST /bridges/~room/addChannel?channel=~alice,~bob')).toBe('204');
    expect(await s.run('POST /bridges/~room/removeChannel?channel=~alice')).toBe('204');
    expect(await s.run('POST /bridges/~room/removeChannel?channel=~alice')).toBe('422 Channel not in this bridge');
    expect(await s.story('ChannelLeftBridge')).toEqual([
      'ChannelEnteredBridge room[alice] alice Up',
      'ChannelEnteredBridge room[alice,bob] bob Up',
      'ChannelLeftBridge room[bob] alice Up',
    ]);
  });

  test('lets a channel out and in again that is added twice', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room?type=mixing');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    expect(await s.story('ChannelLeftBridge')).toEqual([
      'ChannelEnteredBridge room[caller] caller Up',
      'ChannelLeftBridge room[] caller Up',
      'ChannelEnteredBridge room[caller] caller Up',
    ]);
  });

  test('gives a channel away to another', async () => {
    await s.answeredCall();
    for (const room of ['one', 'two']) {
      await s.run(`POST /bridges/~${room}?type=mixing`);
      await s.run(`POST /bridges/~${room}/addChannel?channel=~caller`);
    }
    expect(await s.story('ChannelEnteredBridge two')).toEqual([
      'ChannelEnteredBridge one[caller] caller Up',
      'ChannelLeftBridge one[] caller Up',
      'ChannelEnteredBridge two[caller] caller Up',
    ]);
  });

  test('that is destroyed lets its channel out, and its end is not told', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room?type=mixing');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.story('ChannelEnteredBridge');
    expect(await s.run('DELETE /bridges/~room')).toBe('204');
    expect(await s.story('ChannelLeftBridge')).toEqual(['ChannelLeftBridge room[] caller Up']);
  });

  test('loses a channel that ends, and StasisEnd of the channel follows', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room?type=mixing');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    await s.story('ChannelEnteredBridge');
    await s.run('DELETE /channels/~caller');
    expect(await s.story('StasisEnd')).toEqual([
      'ChannelHangupRequest caller Up cause=32 soft=true',
      'ChannelLeftBridge room[] caller Up',
      'StasisEnd caller Up',
    ]);
    await s.run('DELETE /bridges/~room');
    expect(await s.story('BridgeDestroyed')).toEqual(['BridgeDestroyed room[]']);
  });

  test('plays to all who sit in it, and records them', async () => {
    await s.answeredCall();
    await s.run('POST /bridges/~room?type=mixing');
    await s.run('POST /bridges/~room/addChannel?channel=~caller');
    expect(await s.run('POST /bridges/~room/play/~p?media=sound:beep')).toBe('201');
    expect(await s.story('PlaybackFinished')).toEqual([
      'ChannelEnteredBridge room[caller] caller Up',
      'PlaybackStarted p sound:beep playing bridge:room',
      'PlaybackFinished p sound:beep done bridge:room',
    ]);
    expect(await s.run('POST /bridges/~room/record?name=~r&format=wav')).toBe('201');
    await s.story('RecordingStarted');
    expect(await s.run('POST /recordings/live/~r/stop')).toBe('204');
    expect(await s.story('RecordingFinished')).toEqual(['RecordingFinished r done bridge:room']);
  });

  test('refuses who is not there, or in no app', async () => {
    await s.call('app');
    await s.run('POST /channels/~caller/continue');
    await s.story('StasisEnd');
    expect(await s.run('POST /bridges/~room/addChannel?channel=~caller')).toBe('404 Bridge not found');
    await s.run('POST /bridges/~room?type=mixing');
    expect(await s.run('POST /bridges/~room/addChannel?channel=~nobody')).toBe('400 Channel not found');
    expect(await s.run('POST /bridges/~room/addChannel?channel=~caller')).toBe('422 Channel not in Stasis application');
    expect(await s.run('POST /bridges/~room/addChannel')).toBe('400 Missing parameter channel');
    expect(await s.run('POST /bridges/~nowhere/play?media=sound:beep')).toBe('404 Bridge not found');
  });
});

describe('a call that Asterisk places', () => {
  const ORIGINATE = 'POST /channels?channelId=~out&endpoint=Local';

  test('comes into its app when it is answered', async () => {
    const command = `${ORIGINATE}/answers@default&app=conformance&appArgs=a,b&callerId=Bob<1002>`;
    const { status, answer } = await s.ask(command, { variables: { V: '1' } });
    expect([status, answer.state, answer.caller]).toEqual([200, 'Down', { name: 'Bob', number: '1002' }]);
    expect(await s.story('StasisStart')).toEqual([
      'Dial out Down dialstatus=""',
      'ChannelStateChange out Up',
      'Dial out Up dialstatus="ANSWER"',
      'StasisStart out Up args=["a","b"]',
    ]);
    expect((await s.ask('GET /channels/~out/variable?variable=V')).answer).toEqual({ value: '1' });
    expect(await s.run('POST /channels/~out?endpoint=Local/answers@default&app=conformance')).toBe(
      '409 Channel with given unique ID already exists',
    );
    await s.run('DELETE /channels/~out');
    expect(await s.story('ChannelDestroyed')).toEqual([
      'ChannelHangupRequest out Up cause=32 soft=true',
      'StasisEnd out Up',
      'ChannelDestroyed out Up cause=16 cause_txt="Normal Clearing"',
    ]);
  });

  test('rings until its time is over', async () => {
    await s.run(`${ORIGINATE}/rings@default&app=conformance&timeout=1`);
    expect(await s.story('ChannelDestroyed')).toEqual([
      'Dial out Down dialstatus=""',
      'ChannelStateChange out Ringing',
      'Dial out Ringing dialstatus="RINGING"',
      'ChannelDestroyed out Ringing cause=19 cause_txt="User alerting, no answer"',
    ]);
  });

  test('is given up while it rings, and obeys no app before', async () => {
    await s.run(`${ORIGINATE}/rings@default&app=conformance`);
    await s.story('Dial out Ringing');
    expect(await s.run('POST /channels/~out/answer')).toBe('409 Channel not in Stasis application');
    expect(await s.run('DELETE /channels/~out')).toBe('204');
    expect(await s.story('ChannelDestroyed')).toEqual([
      'ChannelHangupRequest out Ringing cause=32 soft=true',
      'Dial out Ringing dialstatus="NOANSWER"',
      'ChannelDestroyed out Ringing cause=16 cause_txt="Normal Clearing"',
    ]);
  });

  test('finds a line that is busy', async () => {
    await s.run(`${ORIGINATE}/busy@default&app=conformance`);
    expect(await s.story('ChannelDestroyed')).toEqual([
      'Dial out Down dialstatus=""',
      'Dial out Down dialstatus="BUSY"',
      'ChannelDestroyed out Down cause=0 cause_txt="Unknown"',
    ]);
  });

  test('finds no extension', async () => {
    await s.run(`${ORIGINATE}/nowhere@default&app=conformance`);
    expect(await s.story('ChannelDestroyed')).toEqual(['ChannelDestroyed out Down cause=0 cause_txt="Unknown"']);
  });

  test('goes to an extension when it is answered', async () => {
    await s.run(`${ORIGINATE}/answers@default&extension=back&context=default&priority=1`);
    expect(await s.story('StasisStart')).toEqual(['StasisStart out Up args=["back"]']);
  });

  test('is created first and dialled later', async () => {
    await s.run('POST /channels/create?channelId=~out&endpoint=Local/answers-later@default&app=conformance&appArgs=a');
    expect(await s.story('StasisStart')).toEqual(['StasisStart out Down args=["a"]']);
    expect(await s.run('POST /channels/~out/dial?timeout=5')).toBe('204');
    expect(await s.story('Dial out Up')).toEqual([
      'Dial out Down dialstatus=""',
      'ChannelStateChange out Up',
      'Dial out Up dialstatus="ANSWER"',
    ]);
  });

  test.each([
    ['busy', 17, 'User busy', 'BUSY'],
    ['congestion', 34, 'Circuit/channel congestion', 'CONGESTION'],
    ['no_answer', 19, 'User alerting, no answer', 'NOANSWER'],
    ['rejected', 21, 'Call Rejected', 'NOANSWER'],
  ])('gets the cause when it is refused as %s', async (reason, cause, text, status) => {
    await s.run('POST /channels?endpoint=Local/back@default&app=other&channelId=~phone&otherChannelId=~caller');
    await s.story('StasisStart');
    expect(await s.run(`DELETE /channels/~caller?reason=${reason}`)).toBe('204');
    const story = await s.story('other: ChannelDestroyed phone');
    expect(story.filter((line) => line.includes(' phone ')).toSorted()).toEqual([
      `other: ChannelDestroyed phone Down cause=${cause} cause_txt="${text}"`,
      `other: ChannelHangupRequest phone Down cause=${cause}`,
      `other: Dial phone Down dialstatus="${status}"`,
    ]);
  });

  test('is refused an id that the id of another channel begins with, and no longer one', async () => {
    const rings = 'endpoint=Local/rings@default&app=conformance';
    expect(await s.run(`POST /channels?channelId=~abc&otherChannelId=~x&${rings}`)).toBe('200');
    expect(await s.run(`POST /channels?channelId=~ab&otherChannelId=~y&${rings}`)).toBe(
      '409 Channel with given unique ID already exists',
    );
    expect(await s.run(`POST /channels?channelId=~abcd&otherChannelId=~z&${rings}`)).toBe('200');
  });

  test('is refused for what is wrong with it', async () => {
    expect(await s.run('POST /channels?app=conformance')).toBe('400 Endpoint must be specified');
    expect(await s.run('POST /channels?app=conformance&endpoint=x')).toBe('400 Invalid endpoint specified');
    expect(await s.run('POST /channels?app=conformance&endpoint=Nothing/1')).toBe('500 Allocation failed');
    expect(await s.run('POST /channels?endpoint=Local/answers@default')).toBe(
      '400 Application or extension must be specified',
    );
    await s.call();
    expect(await s.run('DELETE /channels/~caller?reason=boredom')).toBe(
      '400 Invalid reason for hangup reason provided',
    );
  });
});
