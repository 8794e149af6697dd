import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { channelHandle } from '../../lib/ari/channel.ts';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { openEvents } from '../support/open-events.ts';
import { until } from '../support/until.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';
import { placeCall } from './sipp.ts';

const APP = 'failures';
const USER = { username: 'failures', password: 'f' };
const DIALPLAN = `
[default]
exten => waits,1,Answer()
 same => n,Wait(3600)
exten => rings,1,Ringing()
 same => n,Wait(3600)
exten => app,1,Stasis(${APP})
 same => n,Hangup()
`;

// It configures the server.
describe.skipIf(!OWN_ASTERISK)('what a failure means, on a real Asterisk:', () => {
  let asterisk: RealAsterisk;
  let ari: AriClient;
  let listener: Awaited<ReturnType<typeof openEvents>>;
  let made = 0;

  beforeAll(async () => {
    asterisk = await RealAsterisk.prepare();
    asterisk.configure([USER], DIALPLAN);
    await asterisk.start();
    listener = await openEvents(asterisk.url, USER, [APP]);
    ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => USER) }));
  });
  afterEach(async () => {
    for (const { id } of await ari.channels.list()) await ari.channels.hangup({ channelId: id }).catch(() => {});
  });
  afterAll(async () => {
    listener?.close();
    ari?.close();
    await asterisk?.stop();
  });

  const startOf = (id?: string) =>
    until(`StasisStart of ${id ?? 'a call'}`, () =>
      listener.events.find(
        ({ type, channel }) => type === 'StasisStart' && (id === undefined || (channel as { id: string }).id === id),
      ),
    );

  async function channel(): Promise<string> {
    const { id } = await ari.channels.originate({ endpoint: 'Local/waits@default', app: APP });
    await startOf(id);
    return id;
  }

  async function bridge(): Promise<string> {
    return (await ari.bridges.create({ bridgeId: `b${++made}` })).id;
  }

  test('a leg that is gone is gone also for a bridge, and is named', async () => {
    const [bridgeId, here] = [await bridge(), await channel()];
    for (const command of ['addChannel', 'removeChannel'] as const) {
      const both = ari.bridges[command]({ bridgeId, channel: [here, 'gone-leg'] });
      await expect(both).rejects.toMatchObject({ kind: 'gone', status: 400, channelIds: [here, 'gone-leg'] });
    }
    expect((await ari.bridges.get({ bridgeId })).channels).toEqual([]);
  });

  test('a leg that is not in the bridge, or rings still, is in the wrong state', async () => {
    const [bridgeId, here] = [await bridge(), await channel()];
    const remove = ari.bridges.removeChannel({ bridgeId, channel: here });
    await expect(remove).rejects.toMatchObject({ kind: 'wrong-state', status: 422 });
    const ringing = await ari.channels.originate({ endpoint: 'Local/rings@default', app: APP });
    const begun = performance.now();
    const add = ari.bridges.addChannel({ bridgeId, channel: ringing.id });
    await expect(add).rejects.toMatchObject({ kind: 'wrong-state', status: 422 });
    expect(performance.now() - begun).toBeGreaterThan(2000);
  });

  test('100 legs and snoop channels are used at once after they were made, early as that is', async () => {
    const [bridgeId, snooped] = [await bridge(), await channel()];
    for (let leg = 0; leg < 50; leg++) {
      const made = await ari.channels.create({ endpoint: 'Local/waits@default', app: APP });
      await ari.bridges.addChannel({ bridgeId, channel: made.id });
      const snoop = await ari.channels.snoopChannel({ channelId: snooped, spy: 'in', app: APP });
      await ari.channels.play({ channelId: snoop.id, media: 'sound:silence/1' });
    }
    expect((await ari.bridges.get({ bridgeId })).channels).toHaveLength(50);
  });

  test('a call that went on in the dialplan is no longer in Stasis, for whatever command', async () => {
    const channelId = await channel();
    await ari.channels.continueInDialplan({ channelId, context: 'default', extension: 'waits' });
    await until('StasisEnd', () =>
      listener.events.some(({ type, channel }) => type === 'StasisEnd' && (channel as { id: string }).id === channelId),
    );
    const refusal = { kind: 'wrong-state', said: 'Channel not in Stasis application', channelIds: [channelId] };
    await expect(ari.channels.play({ channelId, media: 'sound:beep' })).rejects.toMatchObject(refusal);
    await expect(ari.channels.move({ channelId, app: APP })).rejects.toMatchObject(refusal);
  });

  test('a SIP header that the caller did not send is absent, and a function that is not there fails', async () => {
    listener.events.length = 0;
    const call = placeCall(asterisk.sipPort, { to: 'app', headers: ['X-Tenant: acme, "north"; id=7', 'X-Empty:'] });
    const { id } = (await startOf()).channel as { id: string };
    const caller = channelHandle(ari, id);
    await caller.answer();
    expect(await caller.variable('PJSIP_HEADER(read,X-Tenant)')).toBe('acme, "north"; id=7');
    expect(await caller.variable('PJSIP_HEADER(read,X-None)')).toBeUndefined();
    expect(await caller.variable('PJSIP_HEADER(read,Via,7)')).toBeUndefined();
    expect(await caller.variable('UNSET')).toBeUndefined();
    expect(await caller.variable('CALLERID(name)')).toBe('Alice');
    expect(await caller.variable('DB(no/entry)')).toBeUndefined();
    expect(await caller.variable('SHARED(NONE)')).toBeUndefined();
    for (const name of ['NOPE(x)', 'PJSIP_HEADER(reed,X-Tenant)', 'CHANNEL(nonsense)']) {
      await expect(caller.variable(name)).rejects.toMatchObject({ kind: 'rejected', status: 500 });
    }
    // A channel that no SIP has to do with has no SIP header.
    expect(await channelHandle(ari, await channel()).variable('PJSIP_HEADER(read,X-Tenant)')).toBeUndefined();
    await caller.hangup();
    await call;
    await expect(caller.variable('UNSET')).rejects.toMatchObject({ kind: 'gone' });
  });
});
