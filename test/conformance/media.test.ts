/**
 * Playbacks and recordings.
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

describe('a playback', () => {
  const playing = (id: string, media: string, state: string): string =>
    `Playback${state === 'playing' ? 'Started' : state === 'continuing' ? 'Continuing' : 'Finished'} ${id} ${media} ${state} channel:caller`;

  test('plays its media one after the other', async () => {
    await s.answeredCall();
    expect(await s.run('POST /channels/~caller/play/~p?media=sound:silence/1,sound:beep')).toBe('201');
    expect(await s.story('PlaybackFinished')).toEqual([
      playing('p', 'sound:silence/1', 'playing'),
      playing('p', 'sound:silence/1', 'continuing'),
      playing('p', 'sound:beep', 'playing'),
      playing('p', 'sound:beep', 'done'),
    ]);
    expect(await s.run('GET /playbacks/~p')).toBe('404 Playback not found');
  });

  test('waits for the one before it', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/1');
    expect((await s.ask('POST /channels/~caller/play/~q?media=sound:beep')).answer.state).toBe('queued');
    expect(await s.story('PlaybackFinished q')).toEqual([
      playing('p', 'sound:silence/1', 'playing'),
      playing('p', 'sound:silence/1', 'done'),
      playing('q', 'sound:beep', 'playing'),
      playing('q', 'sound:beep', 'done'),
    ]);
  });

  test('holds up what sets a variable', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/1');
    expect(await s.run('POST /channels/~caller/variable?variable=X&value=1')).toBe('204');
    expect(await s.story('ChannelVarset')).toEqual([
      playing('p', 'sound:silence/1', 'playing'),
      playing('p', 'sound:silence/1', 'done'),
      'ChannelVarset caller Up variable="X" value="1"',
    ]);
  });

  test('is stopped, and the next one begins', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
    await s.run('POST /channels/~caller/play/~q?media=sound:beep');
    await s.story('PlaybackStarted p');
    expect(await s.run('DELETE /playbacks/~p')).toBe('204');
    expect(await s.story('PlaybackFinished q')).toEqual([
      playing('p', 'sound:silence/9', 'done'),
      playing('q', 'sound:beep', 'playing'),
      playing('q', 'sound:beep', 'done'),
    ]);
    expect(await s.run('DELETE /playbacks/~p')).toBe('404 Playback not found');
  });

  test('that is stopped before its turn ends in its turn, and was never heard', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
    await s.run('POST /channels/~caller/play/~q?media=sound:silence/9');
    await s.story('PlaybackStarted p');
    expect(await s.run('DELETE /playbacks/~q')).toBe('204');
    expect(await s.story()).toEqual([]);
    await s.run('DELETE /playbacks/~p');
    expect(await s.story('PlaybackFinished q')).toEqual([
      playing('p', 'sound:silence/9', 'done'),
      playing('q', 'sound:silence/9', 'done'),
    ]);
  });

  test('fails with the call, and the one behind it begins only to fail', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
    await s.run('POST /channels/~caller/play/~q?media=sound:silence/9');
    await s.story('PlaybackStarted p');
    await s.run('DELETE /channels/~phone-of-caller');
    expect(await s.story('StasisEnd')).toEqual([
      'ChannelHangupRequest caller Up cause=16',
      playing('p', 'sound:silence/9', 'failed'),
      playing('q', 'sound:silence/9', 'playing'),
      playing('q', 'sound:silence/9', 'failed'),
      'StasisEnd caller Up',
    ]);
  });

  test('of a sound that is missing fails', async () => {
    await s.answeredCall();
    expect(await s.run('POST /channels/~caller/play/~p?media=sound:there-is-none')).toBe('201');
    expect(await s.story('PlaybackFinished')).toEqual([
      playing('p', 'sound:there-is-none', 'playing'),
      playing('p', 'sound:there-is-none', 'failed'),
    ]);
  });

  test('goes on after a sound that is missing, and says nothing of it', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:there-is-none,sound:beep');
    expect(await s.story('PlaybackFinished')).toEqual([
      playing('p', 'sound:there-is-none', 'playing'),
      playing('p', 'sound:there-is-none', 'continuing'),
      playing('p', 'sound:beep', 'playing'),
      playing('p', 'sound:beep', 'done'),
    ]);
  });

  test('pauses and goes on, which is reported as a start', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:silence/9');
    await s.story('PlaybackStarted p');
    expect(await s.run('POST /playbacks/~p/control?operation=pause')).toBe('204');
    expect(await s.story()).toEqual([]);
    expect((await s.ask('GET /playbacks/~p')).answer.state).toBe('paused');
    expect(await s.run('POST /playbacks/~p/control?operation=restart')).toBe(
      '409 Can only restart while media is playing',
    );
    expect(await s.run('POST /playbacks/~p/control?operation=unpause')).toBe('204');
    expect(await s.story('PlaybackStarted')).toEqual([playing('p', 'sound:silence/9', 'playing')]);
    expect(await s.run('POST /playbacks/~p/control?operation=dance')).toBe('400 Invalid operation dance');
  });

  test('leaves a call unanswered that is', async () => {
    await s.call();
    await s.run('POST /channels/~caller/play/~p?media=sound:beep');
    await s.story('PlaybackFinished');
    expect((await s.ask('GET /channels/~caller')).answer.state).toBe('Ring');
  });
});

describe('a recording', () => {
  const RECORD = 'POST /channels/~caller/record?format=wav&name=~';

  test('is stopped, stored, copied and deleted', async () => {
    await s.answeredCall();
    expect(await s.run(`${RECORD}r`)).toBe('201');
    expect(await s.story('RecordingStarted')).toEqual(['RecordingStarted r recording channel:caller']);
    expect((await s.ask('GET /recordings/live/~r')).answer.state).toBe('recording');
    expect(await s.run('POST /recordings/live/~r/stop')).toBe('204');
    expect(await s.story('RecordingFinished')).toEqual(['RecordingFinished r done channel:caller']);
    expect(await s.run('POST /recordings/live/~r/stop')).toBe('404 Recording not found');
    expect((await s.ask('GET /recordings/stored/~r')).answer).toEqual({ name: 'r', format: 'wav' });
    expect(await s.run(`${RECORD}r`)).toBe("409 Recording 'r' already exists and can not be overwritten");
    expect(await s.run('POST /recordings/stored/~r/copy?destinationRecordingName=~c')).toBe('200');
    expect(await s.run('POST /recordings/stored/~r/copy?destinationRecordingName=~c')).toBe(
      '409 A recording with the same name already exists on the system',
    );
    for (const name of ['~r', '~c']) expect(await s.run(`DELETE /recordings/stored/${name}`)).toBe('204');
    expect(await s.run('DELETE /recordings/stored/~r')).toBe('404 Recording not found');
  });

  test('ends on the digit that ends it, and on no other', async () => {
    await s.answeredCall();
    await s.run(`${RECORD}r&terminateOn=%23`);
    await s.story('RecordingStarted');
    await s.run('POST /channels/~phone-of-caller/dtmf?dtmf=5%23');
    expect(await s.story('RecordingFinished')).toEqual([
      'ChannelDtmfReceived caller Up digit="5"',
      'ChannelDtmfReceived caller Up digit="#"',
      'RecordingFinished r done channel:caller',
    ]);
  });

  test('ends at its longest duration', async () => {
    await s.answeredCall();
    await s.run(`${RECORD}r&maxDurationSeconds=1`);
    expect(await s.story('RecordingFinished')).toEqual([
      'RecordingStarted r recording channel:caller',
      'RecordingFinished r done channel:caller',
    ]);
  });

  test('that is cancelled is reported as done, and not kept', async () => {
    await s.answeredCall();
    await s.run(`${RECORD}r`);
    await s.story('RecordingStarted');
    expect(await s.run('POST /recordings/live/~r/pause')).toBe('204');
    expect((await s.ask('GET /recordings/live/~r')).answer.state).toBe('paused');
    expect(await s.run('DELETE /recordings/live/~r/pause')).toBe('204');
    expect(await s.run('DELETE /recordings/live/~r')).toBe('204');
    expect(await s.story('RecordingFinished')).toEqual(['RecordingFinished r done channel:caller']);
    expect(await s.run('GET /recordings/stored/~r')).toBe('404 Recording not found');
  });

  test('waits for a playback, and is kept when the caller hangs up', async () => {
    await s.answeredCall();
    await s.run('POST /channels/~caller/play/~p?media=sound:beep');
    await s.run(`${RECORD}r`);
    const begun = await s.story('RecordingStarted');
    expect(begun.slice(-2)).toEqual([
      'PlaybackFinished p sound:beep done channel:caller',
      'RecordingStarted r recording channel:caller',
    ]);
    await s.run('DELETE /channels/~phone-of-caller');
    expect(await s.story('StasisEnd')).toEqual([
      'ChannelHangupRequest caller Up cause=16',
      'RecordingFinished r done channel:caller',
      'StasisEnd caller Up',
    ]);
    expect(await s.run('GET /recordings/stored/~r')).toBe('200');
  });

  test.each([
    ['format=nonsense&name=~r', '422 specified format is unknown on this system'],
    ['format=wav&name=~r&terminateOn=q', '400 terminateOn invalid'],
    ['format=wav&name=~r&ifExists=perhaps', '400 ifExists invalid'],
    ['format=wav&name=~r&maxDurationSeconds=-1', '400 max_duration_seconds cannot be negative'],
  ])('with %s is refused', async (wish, refusal) => {
    await s.answeredCall();
    expect(await s.run(`POST /channels/~caller/record?${wish}`)).toBe(refusal);
  });
});
