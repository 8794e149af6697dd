/**
 * Calls: how they come, go on and end; variables, snooping, user events.
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

describe('a call', () => {
  test('comes into its app with the arguments of the dialplan', async () => {
    await s.call('app');
    expect(await s.story()).toEqual(['StasisStart caller Ring args=["a","b"]']);
  });

  test('is ejected where nobody listens for its app', async () => {
    await s.run('POST /channels?endpoint=Local/nobody@default&app=phone&channelId=~phone&otherChannelId=~caller');
    expect(await s.story()).toEqual([]);
    expect(await s.run('GET /channels/~caller')).toBe('404 Channel not found');
  });

  test('is answered once', async () => {
    await s.call();
    expect(await s.run('POST /channels/~caller/answer')).toBe('204');
    expect(await s.run('POST /channels/~caller/answer')).toBe('204');
    expect(await s.story()).toEqual(['StasisStart caller Ring args=[]', 'ChannelStateChange caller Up']);
  });

  test('presses digits', async () => {
    await s.answeredCall();
    expect(await s.run('POST /channels/~phone-of-caller/dtmf?dtmf=5%23')).toBe('204');
    expect(await s.story('ChannelDtmfReceived caller Up digit="#"')).toEqual([
      'ChannelDtmfReceived caller Up digit="5"',
      'ChannelDtmfReceived caller Up digit="#"',
    ]);
    expect(await s.run('POST /channels/~caller/dtmf')).toBe('400 DTMF is required');
  });

  test('is hung up by its app', async () => {
    await s.answeredCall();
    expect(await s.run('DELETE /channels/~caller')).toBe('204');
    expect(await s.story('StasisEnd')).toEqual([
      'ChannelHangupRequest caller Up cause=32 soft=true',
      'StasisEnd caller Up',
    ]);
    expect(await s.run('GET /channels/~caller')).toBe('404 Channel not found');
  });

  test('is hung up by the caller', async () => {
    await s.answeredCall();
    await s.run('DELETE /channels/~phone-of-caller');
    expect(await s.story('StasisEnd')).toEqual(['ChannelHangupRequest caller Up cause=16', 'StasisEnd caller Up']);
  });

  test.each([
    ['ring', 'POST', 'ring'],
    ['hold', 'POST', 'hold'],
    ['music', 'POST', 'moh'],
    ['silence', 'POST', 'silence'],
    ['no silence', 'DELETE', 'silence'],
  ])('gets %s, of which no event tells', async (_, method, what) => {
    await s.answeredCall();
    expect(await s.run(`${method} /channels/~caller/${what}`)).toBe('204');
    expect(await s.story()).toEqual([]);
    expect(await s.run(`${method} /channels/~nobody/${what}`)).toBe('404 Channel not found');
  });

  test('is muted in a direction that has to be given', async () => {
    await s.answeredCall();
    expect(await s.run('POST /channels/~caller/mute')).toBe('400 Direction is required');
    expect(await s.run('POST /channels/~caller/mute?direction=both')).toBe('204');
  });
});

describe('a channel goes', () => {
  test('to another app', async () => {
    await s.call();
    expect(await s.run('POST /channels/~caller/move?app=other&appArgs=x,y')).toBe('204');
    expect(await s.story('other: StasisStart')).toEqual([
      'StasisStart caller Ring args=[]',
      'StasisEnd caller Ring',
      'other: StasisStart caller Ring args=["x","y"]',
    ]);
  });

  test('to no app that nobody listens for', async () => {
    await s.call();
    expect(await s.run('POST /channels/~caller/move?app=nobody')).toBe('204');
    expect((await s.story('ApplicationMoveFailed')).at(-1)).toBe(
      'ApplicationMoveFailed caller Ring args=[] destination="nobody"',
    );
    expect(await s.run('POST /channels/~nobody/move?app=other')).toBe('404 Channel not found');
  });

  test('to another app once a playback has ended', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/1');
    expect(await s.run('POST /channels/~caller/move?app=other')).toBe('204');
    expect(await s.story('other: StasisStart')).toEqual([
      'PlaybackStarted p sound:silence/1 playing channel:caller',
      'PlaybackFinished p sound:silence/1 done channel:caller',
      'StasisEnd caller Up',
      'other: StasisStart caller Up args=[]',
    ]);
  });

  test('on in the dialplan, where no app may command it', async () => {
    await s.call('app');
    expect(await s.run('POST /channels/~caller/continue')).toBe('204');
    expect((await s.story('StasisEnd')).at(-1)).toBe('StasisEnd caller Ring');
    expect(await s.run('GET /channels/~caller')).toBe('200');
    const commands = ['answer', 'play?media=sound:beep', 'continue', 'move?app=other', 'moh', 'dtmf?dtmf=1'];
    for (const command of [...commands, 'variable?variable=A&value=1', 'record?name=~r&format=wav']) {
      expect(await s.run(`POST /channels/~caller/${command}`)).toBe('409 Channel not in Stasis application');
    }
  });

  test('on at an extension that leads back', async () => {
    await s.call('app');
    expect(await s.run('POST /channels/~caller/continue?context=default&extension=back&priority=1')).toBe('204');
    expect(await s.story('StasisStart caller Ring args=["back"]')).toEqual([
      'StasisStart caller Ring args=["a","b"]',
      'StasisEnd caller Ring',
      'StasisStart caller Ring args=["back"]',
    ]);
    expect(await s.run('POST /channels/~nobody/continue')).toBe('404 Channel not found');
  });
});

describe('variables, snooping, events of an app’s own', () => {
  test('variables are set, read and unset', async () => {
    await s.call();
    await s.story();
    const at = '/channels/~caller/variable';
    expect(await s.run(`GET ${at}?variable=X`)).toBe('404 Provided variable was not found');
    expect(await s.run(`POST ${at}?variable=X&value=a%20b`)).toBe('204');
    expect((await s.ask(`GET ${at}?variable=X`)).answer).toEqual({ value: 'a b' });
    expect(await s.run(`POST ${at}?variable=X`)).toBe('204');
    expect(await s.run(`GET ${at}?variable=X`)).toBe('404 Provided variable was not found');
    expect((await s.ask(`GET ${at}?variable=CHANNEL(state)`)).answer).toEqual({ value: 'Ring' });
    expect(await s.run(`GET ${at}?variable=NO_FUNCTION(x)`)).toBe('500 Unable to read provided function');
    expect(await s.run(`GET ${at}`)).toBe('400 Variable name is required');
    expect(await s.run(`POST ${at}?value=1`)).toBe('400 Variable name is required');
    expect(await s.run('GET /channels/~nobody/variable?variable=X')).toBe('404 Provided channel was not found');
    expect(await s.run('POST /channels/~nobody/variable?variable=X')).toBe('404 Channel not found');
    expect((await s.story('ChannelVarset'))[0]).toBe('ChannelVarset caller Ring variable="X" value="a b"');
  });

  test('a shared variable is set by its own channel, or by another by name or id, and makes an event of its channel', async () => {
    await s.answeredCall();
    const set = (channel: string, variable: string, value: string) =>
      s.run(`POST /channels/~${channel}/variable?variable=${encodeURIComponent(variable)}&value=${value}`);
    const { name } = (await s.ask('GET /channels/~caller')).answer;
    expect(await s.run('GET /channels/~caller/variable?variable=SHARED(X)')).toBe(
      '500 Unable to read provided function',
    );
    expect(await set('caller', 'SHARED(X)', '1')).toBe('204');
    expect(await set('phone-of-caller', `SHARED(X,${name})`, '2')).toBe('204');
    expect((await s.ask('GET /channels/~caller/variable?variable=SHARED(X)')).answer).toEqual({ value: '2' });
    expect(await set('phone-of-caller', `SHARED(X,${s.prefix}caller)`, '')).toBe('204');
    expect((await s.ask('GET /channels/~caller/variable?variable=SHARED(Y)')).answer).toEqual({ value: '' });
    await set('phone-of-caller', 'SHARED(X,nobody)', '3');
    expect(await s.story('ChannelVarset caller Up variable="SHARED(X)" value=""')).toEqual([
      'ChannelVarset caller Up variable="SHARED(X)" value="1"',
      'ChannelVarset caller Up variable="SHARED(X)" value="2"',
      'ChannelVarset caller Up variable="SHARED(X)" value=""',
    ]);
  });

  test('a snooping channel comes into its app, and ends with what it listens to', async () => {
    await s.answeredCall();
    expect(await s.run('POST /channels/~caller/snoop/~spy?spy=both&app=other&appArgs=x')).toBe('200');
    expect(await s.story('other: StasisStart')).toEqual(['other: StasisStart spy Up args=["x"]']);
    expect(await s.run('POST /channels/~caller/snoop/~spy?spy=both&app=other')).toBe(
      '500 Snoop channel could not be created',
    );
    await s.run('DELETE /channels/~phone-of-caller');
    expect((await s.story('other: StasisEnd')).at(-1)).toBe('other: StasisEnd spy Up');
    expect(await s.run('GET /channels/~spy')).toBe('404 Channel not found');
  });

  test.each([
    ['app=other', '400 Direction must be specified for at least spy or whisper'],
    ['app=other&spy=up', '400 Invalid direction specified for spy'],
    ['spy=both', '400 Application name is required'],
  ])('snooping with %s is refused', async (wish, refusal) => {
    await s.call();
    expect(await s.run(`POST /channels/~caller/snoop?${wish}`)).toBe(refusal);
  });

  test('an app sends itself events', async () => {
    await s.call();
    await s.story();
    const body = { variables: { a: '1' } };
    expect(await s.run('POST /events/user/Hello?application=conformance', body)).toBe('204');
    expect(await s.run('POST /events/user/Hello?application=conformance&source=channel:~caller', body)).toBe('204');
    expect((await s.story('ChannelUserevent caller')).toSorted()).toEqual([
      'ChannelUserevent caller Ring eventname="Hello" userevent={"a":"1","eventname":"Hello"}',
      'ChannelUserevent eventname="Hello" userevent={"a":"1","eventname":"Hello"}',
    ]);
    expect(await s.run('POST /events/user/Hello?application=nobody')).toBe('404 Application not found');
    expect(await s.run('POST /events/user/Hello?application=other&source=channel:~nobody')).toBe(
      '422 Event source was not found',
    );
  });

  test('an app follows a channel of another', async () => {
    await s.answeredCall();
    expect(await s.run('POST /applications/other/subscription?eventSource=channel:~caller')).toBe('200');
    await s.run('POST /channels/~phone-of-caller/dtmf?dtmf=1');
    expect((await s.story('other: ChannelDtmfReceived')).toSorted()).toEqual([
      'ChannelDtmfReceived caller Up digit="1"',
      'other: ChannelDtmfReceived caller Up digit="1"',
    ]);
    expect(await s.run('POST /applications/other/subscription?eventSource=channel:~nobody')).toBe(
      '422 Event source does not exist',
    );
    expect(await s.run('GET /applications/nobody')).toBe('404 Application not found');
  });
});
