import { callHandler, playOnce } from 'ari-eventbridge';
import { type TestCallsOptions, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, expect, test } from 'vitest';

const GREETING = ['sound:hello-world', 'sound:vm-goodbye'];
const handler = callHandler({
  StasisStart: ({ channel }) => playOnce(channel, 'greeting', GREETING),
  ChannelDtmfReceived: ({ channel }) => playOnce(channel, 'greeting', GREETING),
});

let pbx: TestPbx;
afterEach(() => pbx.close());

async function dial(options: TestCallsOptions = {}) {
  pbx = await testCalls({ Greeter: handler }, options);
  return pbx.dial('Greeter');
}

test('the caller is answered, and hears the media one after the other', async () => {
  const call = await dial();
  expect(call.isUp).toBe(true);
  await pbx.wait(60);
  expect(call.heard).toEqual(GREETING);
});

test('an event that two Lambda environments get plays the media once', async () => {
  const call = await dial({ delivery: () => 'twice', cold: true });
  await pbx.wait(60);
  expect(call.heard).toEqual(GREETING);
});

test('a playback that has ended is played again', async () => {
  const call = await dial();
  await pbx.wait(60);
  await call.press('1');
  await pbx.wait(60);
  expect(call.heard).toEqual([...GREETING, ...GREETING]);
});

test('the playback is known by its name and its channel', async () => {
  const call = await dial();
  const started = pbx.events.find((event) => event.type === 'PlaybackStarted');
  expect(started).toMatchObject({ playback: { id: `greeting-${call.id}` } });
});

test('a caller who has hung up meanwhile is no failure of the handler', async () => {
  const call = await dial({ delivery: () => 'held' });
  await call.hangUp();
  await pbx.release();
  expect(pbx.deadLetters).toEqual([]);
});
