import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ChannelHandle, channelHandle } from '../../../lib/ari/channel.ts';
import { createAriClient } from '../../../lib/ari/client.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { httpTransport } from '../../../lib/ari/http-transport.ts';
import { oncePerChannel } from '../../../lib/call-handler/once-per-channel.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';
import { openEvents } from '../../support/open-events.ts';

const USER = { username: 'handlers', password: 'p' };
let asterisk: SimulatedAsterisk;
let channel: ChannelHandle;

beforeAll(async () => {
  asterisk = await SimulatedAsterisk.start({ users: [USER] });
  await openEvents(asterisk.url, USER, ['Intro-IVR']);
});
afterAll(() => asterisk.stop());

beforeEach(() => {
  const ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => USER) }));
  channel = channelHandle(ari, asterisk.dial('ivr') as string);
});

test('work runs once for a channel, and other work and other channels are not concerned', async () => {
  const done: string[] = [];
  await oncePerChannel(channel, 'menu', async () => done.push('menu'));
  await oncePerChannel(channel, 'menu', async () => done.push('menu again'));
  await oncePerChannel(channel, 'survey', async () => done.push('survey'));
  expect(done).toEqual(['menu', 'survey']);
});

test('work that failed runs again', async () => {
  const fail = oncePerChannel(channel, 'menu', () => Promise.reject(new Error('no sound')));
  await expect(fail).rejects.toThrow('no sound');
  let ran = false;
  await oncePerChannel(channel, 'menu', async () => {
    ran = true;
  });
  expect(ran).toBe(true);
});
