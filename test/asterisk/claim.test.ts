import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChannelHandle, channelHandle } from '../../lib/ari/channel.ts';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { claim, isClaimed } from '../../lib/call-handler/claim.ts';
import type { CallEvent } from '../../lib/events/call-event.ts';
import { openEvents } from '../support/open-events.ts';
import { until } from '../support/until.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const USER = { username: 'claims', password: 'c' };
const DIALPLAN = '[default]\nexten => waits,1,Answer()\n same => n,Wait(3600)\n';

const event = (id: string) => ({ metadata: { id } }) as CallEvent;

// It configures the server.
describe.skipIf(!OWN_ASTERISK)('a claim, on a real Asterisk,', () => {
  let asterisk: RealAsterisk;
  let ari: AriClient;
  let channel: ChannelHandle;
  let listener: Awaited<ReturnType<typeof openEvents>>;

  beforeAll(async () => {
    asterisk = await RealAsterisk.prepare();
    asterisk.configure([USER], DIALPLAN);
    await asterisk.start();
    listener = await openEvents(asterisk.url, USER, ['claims']);
    ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => USER) }));
    const { id } = await ari.channels.originate({ endpoint: 'Local/waits@default', app: 'claims' });
    await until('the channel in its app', () => listener.events.some(({ type }) => type === 'StasisStart'));
    channel = channelHandle(ari, id);
  });
  afterAll(async () => {
    listener?.close();
    ari?.close();
    await asterisk?.stop();
  });

  test('belongs to the event that asks first, also when that asks again', async () => {
    expect(await isClaimed(channel, 'first')).toBe(false);
    const answers: boolean[] = [];
    for (const id of ['a-1', 'b-2', 'a-1', 'c-3']) answers.push(await claim(channel, 'first', event(id)));
    expect(answers).toEqual([true, false, true, false]);
    expect(await isClaimed(channel, 'first')).toBe(true);
  });

  test('is answered at once while a playback plays', async () => {
    await channel.play({ media: 'sound:silence/5' });
    await until('the playback', () => listener.events.some(({ type }) => type === 'PlaybackStarted'));
    const begun = performance.now();
    expect(await claim(channel, 'playing', event('a'))).toBe(true);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test('takes an id for text, whatever it holds', async () => {
    const odd = ['a"b:c?$', '{SHELL(echo x)}$[1+1],)}'].join('');
    expect(await claim(channel, 'odd', event(odd))).toBe(true);
    expect(await claim(channel, 'odd', event(odd))).toBe(true);
    expect(await claim(channel, 'odd', event('other'))).toBe(false);
  });
});
