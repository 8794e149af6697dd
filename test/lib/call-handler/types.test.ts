/** What the compiler knows of commands and events: `tsc` looks at these lines, they run for the sake of no command. */
import {
  type AriClient,
  type CallFunctions,
  type ChannelHandle,
  callHandler,
  channelHandle,
  type Media,
} from 'ari-eventbridge';
import { expect, expectTypeOf, test } from 'vitest';

/** Never run: what is in them is for the compiler. */
const compiled = (_: (ari: AriClient, channel: ChannelHandle) => unknown): void => {};

test('media have a scheme: without one Asterisk starts a playback that never ends', () => {
  compiled((ari, channel) => {
    const media: Media[] = ['sound:a', 'recording:r', 'number:1', 'digits:12', 'characters:ab', 'tone:ring'];
    channel.play({ media });
    ari.bridges.play({ bridgeId: 'b', media: `sound:https://example.com/${channel.id}.wav` });
    // @ts-expect-error: no scheme
    channel.play({ media: 'hello-world' });
    // @ts-expect-error: plays for ever
    channel.play({ media: 'https://example.com/a.wav' });
    // @ts-expect-error: one of them has no scheme
    channel.playWithId({ playbackId: 'p', media: ['sound:a', 'b'] });
  });
  expectTypeOf<string>().not.toExtend<Media>();
});

test('variables are text, or text whose changes are reported', () => {
  compiled((ari, channel) => {
    const call = { endpoint: 'PJSIP/1', app: 'x' };
    ari.channels.originate({ ...call, variables: { A: 'text', B: { value: '1', report_events: true } } });
    channel.setChannelVars({ variables: { A: { value: '1' } } });
    channel.getChannelVars({ variables: ['A', 'B'] });
    ari.events.userEvent({ eventName: 'E', application: 'x', variables: { any: [1, { json: true }] } });
    // @ts-expect-error: Asterisk answers 400 to a number
    ari.channels.originate({ ...call, variables: { ATTEMPT: 2 } });
    // @ts-expect-error: reporting without a value
    channel.setChannelVars({ variables: { A: { report_events: true } } });
    // @ts-expect-error: messages take text alone
    ari.endpoints.sendMessage({ to: 'a', from: 'b', variables: { A: { value: '1' } } });
  });
});

test('a function has a channel where events of its type may concern one, and nowhere else', () => {
  callHandler({
    StasisStart: ({ channel }) => void expectTypeOf(channel).toEqualTypeOf<ChannelHandle>(),
    Dial: ({ channel }) => void expectTypeOf(channel).toEqualTypeOf<ChannelHandle>(),
    PlaybackFinished: ({ channel }) => void expectTypeOf(channel).toEqualTypeOf<ChannelHandle>(),
    // @ts-expect-error: a bridge is no channel
    BridgeCreated: ({ channel }) => channel,
    // @ts-expect-error: nor is a device
    DeviceStateChanged: ({ channel }) => channel,
    // @ts-expect-error: nor is an endpoint
    EndpointStateChange: ({ channel }) => channel,
  });
});

test('functions may be synchronous, and types are spelt as Asterisk spells them', async () => {
  const functions: CallFunctions = { StasisStart: ({ log }) => log.info('Called'), StasisEnd: () => {} };
  expect(callHandler(functions).eventTypes).toEqual(['StasisStart', 'StasisEnd']);
  // @ts-expect-error: ChannelDtmfReceived
  callHandler({ ChannelDTMFReceived: () => {} });
});

test('a handle of any channel takes the same commands as that of the event', () => {
  expectTypeOf(channelHandle).returns.toEqualTypeOf<ChannelHandle>();
  expectTypeOf<ChannelHandle['variable']>().returns.resolves.toEqualTypeOf<string | undefined>();
});
