import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ChannelHandle, channelHandle } from '../../../lib/ari/channel.ts';
import { createAriClient } from '../../../lib/ari/client.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { httpTransport } from '../../../lib/ari/http-transport.ts';
import { claim, isClaimed } from '../../../lib/call-handler/claim.ts';
import type { CallEvent } from '../../../lib/events/call-event.ts';
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

const event = (id: string): CallEvent => ({ metadata: { id } }) as CallEvent;

test('the first event that claims decides, and the same event again when it is retried', async () => {
  expect(await isClaimed(channel, 'choice')).toBe(false);
  expect(await claim(channel, 'choice', event('a'))).toBe(true);
  expect(await claim(channel, 'choice', event('b'))).toBe(false);
  expect(await claim(channel, 'choice', event('a'))).toBe(true);
  expect(await isClaimed(channel, 'choice')).toBe(true);
});

test('a claim does not affect other decisions or other channels', async () => {
  expect(await claim(channel, 'choice', event('a'))).toBe(true);
  expect(await claim(channel, 'survey', event('b'))).toBe(true);
  asterisk.hangUp(channel.id);
  expect(await isClaimed(channel, 'choice')).toBe(false);
});
