// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so are Asterisk’s variables written
import { afterEach, expect, test } from 'vitest';
import { AriError } from '../../../lib/ari/errors.ts';
import { callHandler } from '../../../lib/call-handler/call-handler.ts';
import { type TestPbx, testCalls } from '../../../lib/testing/index.ts';

let pbx: TestPbx;
afterEach(() => pbx.close());

const answers = callHandler({ StasisStart: ({ channel }) => channel.answer() });

test('a call that no handler claims leaves its app after 6 s, and hears the busy tone until the caller hangs up', async () => {
  pbx = await testCalls({ App: callHandler({ ChannelDtmfReceived: ({ channel }) => channel.hangup() }) });
  const call = await pbx.dial('App');
  await pbx.wait(5.9);
  expect([call.app, call.isRescued]).toEqual(['App', false]);
  await pbx.wait(0.1);
  expect([call.app, call.isRescued, call.isOver]).toEqual([undefined, true, false]);
  expect(call.events().map(({ type }) => type)).toEqual(['StasisStart', 'StasisEnd']);
  await call.hangUp();
  expect(call.isOver).toBe(true);
});

test('a handler that throws before its first command leaves the call to Asterisk', async () => {
  const broken = callHandler({
    StasisStart: () => {
      throw new Error('broken');
    },
  });
  pbx = await testCalls({ App: broken });
  await expect(pbx.dial('App')).rejects.toThrow('broken');
  const [start] = pbx.events;
  await pbx.wait(6);
  expect(pbx.call(start?.metadata.channelId ?? '').isRescued).toBe(true);
});

test('a call that a handler has claimed stays in its app', async () => {
  pbx = await testCalls({ App: answers });
  const call = await pbx.dial('App');
  await pbx.wait(3600);
  expect([call.app, call.isUp, call.isRescued]).toEqual(['App', true, false]);
});

test('a call that moves to another app keeps no timer', async () => {
  const moves = callHandler({ StasisStart: ({ channel }) => channel.move({ app: 'Other' }) });
  pbx = await testCalls({ App: moves, Other: callHandler({ ChannelHold: () => {} }) });
  const call = await pbx.dial('App');
  await pbx.wait(60);
  expect([call.app, call.isRescued]).toEqual(['Other', false]);
});

test('a handler that comes after the rescue sends no command, and does not fail', async () => {
  const lines: string[] = [];
  let failure: unknown;
  const late = callHandler({
    StasisStart: async ({ channel, ari }) => {
      await ari.bridges.createWithId({ bridgeId: 'room' }).catch((error) => {
        failure = error;
      });
      await channel.play({ media: 'sound:hello-world' });
    },
  });
  const options = { delivery: () => 'held' as const, onLog: (line: string) => lines.push(line) };
  pbx = await testCalls({ App: late }, options);
  const call = await pbx.dial('App');
  await pbx.wait(7);
  await pbx.release();
  expect(failure).toBeInstanceOf(AriError);
  expect(pbx.bridges).toEqual([]);
  expect(call.heard).toEqual([]);
  expect(pbx.deadLetters).toEqual([]);
  expect(lines.join()).toContain('The call has left the app meanwhile');
});

test('an event that comes twice, the second time behind a playback, delays no command', async () => {
  const queues = callHandler({ StasisStart: ({ channel }) => channel.play({ media: 'sound:hello-world' }) });
  pbx = await testCalls({ App: queues }, { delivery: () => 'twice', cold: true });
  const call = await pbx.dial('App');
  await pbx.wait(10);
  expect(call.heard).toEqual(['sound:hello-world', 'sound:hello-world']);
  expect(pbx.deadLetters).toEqual([]);
});

test.each([
  [2, 2],
  [false, 7200],
] as const)('with `rescue` %j the call is in its app for %i s', async (rescue, seconds) => {
  pbx = await testCalls({ App: callHandler({ ChannelHold: () => {} }) }, { rescue });
  const call = await pbx.dial('App');
  await pbx.wait(seconds - 0.1);
  expect(call.isRescued).toBe(false);
  await pbx.wait(0.1);
  expect(call.isRescued).toBe(rescue !== false);
});

test('an absolute time-out of the operator’s own is restored when the call is claimed', async () => {
  const own = [
    'Set(TIMEOUT(absolute)=60)',
    'Set(ARI_TIMEOUT_AT=$[${EPOCH} + ${TIMEOUT(absolute)}])',
    'Set(ARI_RESCUE_AT=$[${EPOCH} + 6])',
    'Set(TIMEOUT(absolute)=6)',
    'Stasis(App)',
    'Hangup()',
  ];
  pbx = await testCalls({ App: answers }, { dialplan: { own } });
  const call = await pbx.dial('own');
  expect(call.variable('ARI_RESCUE_AT')).toBe('0');
  await pbx.wait(59);
  expect(call.app).toBe('App');
  await pbx.wait(1);
  expect(call.app).toBeUndefined();
});
