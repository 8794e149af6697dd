import { type TestCallsOptions, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { handler as voicemail } from '../../functions/voicemail/index.ts';

let pbx: TestPbx;
afterEach(() => pbx.close());

/** Dials mailbox 100 and listens to the greeting. */
async function dial(options?: TestCallsOptions) {
  pbx = await testCalls({ Voicemail: voicemail }, { dialplan: { mailbox: 'Voicemail,100' }, ...options });
  const call = await pbx.dial('mailbox');
  await call.playbackEnds();
  return call;
}

const messages = () => pbx.events.flatMap((event) => (event.type === 'ChannelUserevent' ? [event.userevent] : []));

describe.each<[string, TestCallsOptions]>([
  ['once', {}],
  ['twice', { delivery: () => 'twice' }],
  ['once, each to a cold function', { cold: true }],
  ['twice, each to a cold function', { delivery: () => 'twice', cold: true }],
])('with every event delivered %s, a caller of a mailbox', (_, options) => {
  test('who ends the message with # hears goodbye, and the message is an event', async () => {
    const call = await dial(options);
    await pbx.wait(4);
    await call.press('#');
    await call.playbackEnds();
    expect(call.heard).toEqual(['sound:vm-intro', 'sound:vm-goodbye']);
    expect(call.isOver).toBe(true);
    const recording = `voicemail_100_1001_${call.id}`;
    const about = { recording, format: 'wav', mailbox: '100', number: '1001', seconds: '4' };
    expect(messages()).toEqual([{ eventname: 'VoicemailLeft', ...about }]);
  });

  test('who hangs up has left a message as well', async () => {
    const call = await dial(options);
    await pbx.wait(3);
    await call.hangUp();
    expect(messages()).toMatchObject([{ seconds: '3' }]);
  });
});

describe('when Asterisk fails for a moment', () => {
  test('the event is sent at the next attempt', async () => {
    const call = await dial();
    pbx.failNext('events.userEvent', 503);
    await call.press('#');
    expect(messages()).toHaveLength(1);
    expect(pbx.deadLetters).toEqual([]);
  });

  test('a missing response is an error that the test sees', async () => {
    const call = await dial();
    pbx.failNext('recordings.getStored', 503, 503, 503);
    await expect(call.press('#')).rejects.toMatchObject({ status: 503 });
    expect(pbx.deadLetters).toMatchObject([{ type: 'RecordingFinished' }]);
  });
});
