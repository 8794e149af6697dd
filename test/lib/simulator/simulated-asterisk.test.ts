import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AriClient, createAriClient } from '../../../lib/ari/client.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { httpTransport } from '../../../lib/ari/http-transport.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';
import { openEvents } from '../../support/open-events.ts';
import { until } from '../../support/until.ts';

const HANDLERS = { username: 'handlers', password: 'h' };
const CONNECTOR = { username: 'connector', password: 'c', readOnly: true };

let asterisk: SimulatedAsterisk;
let ari: AriClient;
let listener: Awaited<ReturnType<typeof openEvents>>;

beforeEach(async () => {
  asterisk = await SimulatedAsterisk.start({ users: [HANDLERS, CONNECTOR], speed: 100 });
  ari = clientOf(HANDLERS);
  listener = await openEvents(asterisk.url, CONNECTOR, ['Intro-IVR', 'Super-Conference']);
});
afterEach(async () => {
  ari.close();
  await asterisk.stop();
});

function clientOf(user: typeof HANDLERS): AriClient {
  return createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => user) }));
}

/** What was heard and done, without the noise of variables. */
const story = (): string[] => listener.types().filter((type) => type !== 'ChannelVarset');
const dial = (extension = 'ivr'): string => asterisk.dial(extension) as string;

test('an app is spared the events that it does not want, and others are not', async () => {
  const filter = { allowed: [], disallowed: [{ type: 'ChannelVarset' }] };
  const filtered = await ari.applications.filter({ applicationName: 'Intro-IVR', filter });
  expect(filtered).toMatchObject({ name: 'Intro-IVR', events_allowed: [], events_disallowed: filter.disallowed });
  for (const extension of ['ivr', 'conference']) {
    const channelId = dial(extension);
    await ari.channels.setChannelVar({ channelId, variable: 'V', value: '1' });
    await ari.channels.answer({ channelId });
  }
  await until(
    'the last event',
    () => listener.events.at(-1)?.application === 'Super-Conference' && listener.events.length >= 5,
  );
  expect(listener.events.map(({ type, application }) => `${application} ${type}`)).toEqual([
    'Intro-IVR StasisStart',
    'Intro-IVR ChannelStateChange',
    'Super-Conference StasisStart',
    'Super-Conference ChannelVarset',
    'Super-Conference ChannelStateChange',
  ]);
  await expect(ari.applications.filter({ applicationName: 'nobody', filter })).rejects.toMatchObject({ status: 404 });
});

describe('a simulated call', () => {
  test('enters Stasis with the arguments of the dialplan, and is answered', async () => {
    const channelId = dial('conference');
    await ari.channels.answer({ channelId });
    await ari.channels.answer({ channelId });
    await until('two events', () => listener.events.length === 2);
    expect(listener.events).toMatchObject([
      {
        type: 'StasisStart',
        application: 'Super-Conference',
        args: ['100'],
        channel: { id: channelId, state: 'Ring' },
      },
      { type: 'ChannelStateChange', channel: { state: 'Up', channelvars: { 'CHANNEL(linkedid)': channelId } } },
    ]);
  });

  test('is ejected when nobody listens for its app', async () => {
    listener.close();
    await until('the apps to be gone', async () => (await ari.applications.list()).length === 0);
    expect(asterisk.dial('ivr')).toBeUndefined();
  });

  test('hears a list of media as Asterisk plays it', async () => {
    await ari.channels.playWithId({ channelId: dial(), playbackId: 'p', media: ['sound:a', 'sound:silence/1'] });
    await until('the end', () => story().includes('PlaybackFinished'));
    const playbacks = listener.events.flatMap(({ type, playback }) => (playback ? [{ type, ...playback }] : []));
    expect(playbacks).toMatchObject([
      { type: 'PlaybackStarted', media_uri: 'sound:a', next_media_uri: 'sound:silence/1', state: 'playing' },
      { type: 'PlaybackContinuing', media_uri: 'sound:a', next_media_uri: 'sound:silence/1', state: 'continuing' },
      { type: 'PlaybackStarted', media_uri: 'sound:silence/1', state: 'playing' },
      { type: 'PlaybackFinished', media_uri: 'sound:silence/1', state: 'done' },
    ]);
    await expect(ari.playbacks.get({ playbackId: 'p' })).rejects.toMatchObject({ status: 404 });
  });

  test('does one thing after the other: what comes behind a playback waits, hanging up does not', async () => {
    const channelId = dial();
    await ari.channels.play({ channelId, media: 'sound:silence/5' });
    await ari.channels.setChannelVar({ channelId, variable: 'X', value: '1' });
    await until('the variable', () => listener.types().includes('ChannelVarset'));
    expect(listener.types()).toEqual(['StasisStart', 'PlaybackStarted', 'PlaybackFinished', 'ChannelVarset']);
    await ari.channels.play({ channelId, media: 'sound:silence/9' });
    await ari.channels.hangup({ channelId });
    await until('its end', () => story().includes('StasisEnd'));
    expect(story().slice(-3)).toEqual(['ChannelHangupRequest', 'PlaybackFinished', 'StasisEnd']);
  });

  test('can be stopped in what it hears just once', async () => {
    await ari.channels.playWithId({ channelId: dial(), playbackId: 'p', media: 'tone:ring' });
    await ari.playbacks.stop({ playbackId: 'p' });
    await expect(ari.playbacks.stop({ playbackId: 'p' })).rejects.toMatchObject({ status: 404 });
  });

  test('is moved to another app once it has heard what it hears', async () => {
    const channelId = dial();
    await ari.channels.play({ channelId, media: 'sound:silence/5' });
    await ari.channels.move({ channelId, app: 'Super-Conference', appArgs: '100' });
    await until('the move', () => story().length === 5);
    expect(story().slice(2)).toEqual(['PlaybackFinished', 'StasisEnd', 'StasisStart']);
    expect(listener.events.at(-1)).toMatchObject({ application: 'Super-Conference', args: ['100'] });
  });

  test('leaves and enters again when it is put into the bridge where it is', async () => {
    const channelId = dial('conference');
    await ari.bridges.createWithId({ bridgeId: '100', name: '100', type: 'mixing' });
    await ari.bridges.addChannel({ bridgeId: '100', channel: channelId });
    await ari.bridges.addChannel({ bridgeId: '100', channel: channelId });
    await until('three events', () => story().length === 4);
    expect(story().slice(1)).toEqual(['ChannelEnteredBridge', 'ChannelLeftBridge', 'ChannelEnteredBridge']);
    expect(asterisk.bridges).toMatchObject([{ id: '100', channels: [channelId] }]);
    await ari.bridges.destroy({ bridgeId: '100' });
    expect(asterisk.bridges).toEqual([]);
  });
});

describe('the simulator refuses as Asterisk does', () => {
  test.each<[string, number, (ari: AriClient) => Promise<unknown>]>([
    ['a channel that is gone', 404, (client) => client.channels.answer({ channelId: '9' })],
    [
      'a variable that is not set',
      404,
      (client) => client.channels.getChannelVar({ channelId: dial(), variable: 'X' }),
    ],
    ['a bridge that is gone', 404, (client) => client.bridges.destroy({ bridgeId: '9' })],
    [
      'a gone channel for a bridge that is gone',
      404,
      (client) => client.bridges.addChannel({ bridgeId: '9', channel: '9' }),
    ],
    ['what it does not have', 501, (client) => client.asterisk.listModules()],
  ])('%s', async (_, status, command) => {
    await expect(command(ari)).rejects.toMatchObject({ status });
  });

  test('a second bridge of the same id, and a gone channel for a bridge', async () => {
    await ari.bridges.createWithId({ bridgeId: '100' });
    await expect(ari.bridges.createWithId({ bridgeId: '100' })).rejects.toMatchObject({ status: 409 });
    await expect(ari.bridges.addChannel({ bridgeId: '100', channel: '9' })).rejects.toMatchObject({ status: 400 });
  });

  test('a wrong password, and a read-only user that writes', async () => {
    await expect(clientOf({ ...HANDLERS, password: 'x' }).channels.list()).rejects.toMatchObject({ status: 401 });
    const readOnly = clientOf(CONNECTOR);
    expect(await readOnly.channels.list()).toEqual([]);
    await expect(readOnly.channels.hangup({ channelId: '9' })).rejects.toMatchObject({ status: 403 });
  });

  test.each([
    ['without an app', '/ari', HANDLERS, [], 400],
    ['with a wrong password', '/ari', { ...HANDLERS, password: 'x' }, ['a'], 401],
    ['at another path', '/other', HANDLERS, ['a'], 404],
  ])('a WebSocket %s', async (_, root, user, apps, status) => {
    const opening = openEvents(new URL(root, asterisk.url).href, user, apps);
    await expect(opening).rejects.toThrow(`Unexpected server response: ${status}`);
  });
});

test('a second subscriber takes the app over, and the first receives ApplicationReplaced', async () => {
  const second = await openEvents(asterisk.url, CONNECTOR, ['Intro-IVR']);
  await until('the news', () => listener.types().includes('ApplicationReplaced'));
  dial('ivr');
  dial('conference');
  await until('both calls', () => listener.types().includes('StasisStart') && second.types().includes('StasisStart'));
  expect(second.events).toMatchObject([{ application: 'Intro-IVR' }]);
  expect(listener.events.at(-1)).toMatchObject({ application: 'Super-Conference' });
});
