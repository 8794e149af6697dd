import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { claimingClient } from '../../lib/call-handler/call-claim.ts';
import { openEvents } from '../support/open-events.ts';
import { until } from '../support/until.ts';
import { OWN_ASTERISK } from './real-asterisk.ts';
import { RescueStage, SECONDS } from './rescue-stage.ts';

let stage: RescueStage;
let listener: Awaited<ReturnType<typeof openEvents>>;

function expectWithinASecond(ms: number, seconds: number): void {
  expect(ms).toBeGreaterThan(1000 * seconds - 50);
  expect(ms).toBeLessThan(1000 * (seconds + 1));
}

// It configures the server.
describe.skipIf(!OWN_ASTERISK)('on a real Asterisk, a call', () => {
  beforeAll(async () => {
    stage = await RescueStage.start();
    const { server, passwords } = stage.asterisk;
    listener = await openEvents(server.url, passwords.connector, ['Intro-IVR']);
  });
  afterAll(async () => {
    listener?.close();
    await stage?.end();
  });
  afterEach(async () => {
    for (const { id } of await stage.direct.channels.list()) {
      await stage.direct.channels.hangup({ channelId: id }).catch(() => {});
    }
    await until('all channels to go', async () => (await stage.direct.channels.list()).length === 0);
    await sleep(100); // their last events
    listener.events.length = 0;
  });

  const times = (type: string): number[] =>
    listener.events.filter((event) => event.type === type).map(({ timestamp }) => Date.parse(String(timestamp)));

  /** Places a call, and returns its channel's id once it is in its app. */
  async function call(extension: string): Promise<string> {
    await stage.callLocally(extension, 1);
    const start = await until('the start', () => listener.events.find(({ type }) => type === 'StasisStart'));
    return (start.channel as { id: string }).id;
  }

  /** How long the call was in its app, in milliseconds. */
  async function stay(): Promise<number> {
    const [end = 0] = await until('the end', () => (times('StasisEnd').length > 0 ? times('StasisEnd') : undefined));
    return end - (times('StasisStart')[0] ?? 0);
  }

  test('that nobody claims has what is left of the operator’s own time-out at the fallback', async () => {
    const before = (await stage.leftAtFallback()).length;
    await call('long@own');
    expectWithinASecond(await stay(), SECONDS);
    const left = await until('the fallback', async () => (await stage.leftAtFallback())[before]);
    expect(left).toBeGreaterThan(1);
    expect(left).toBeLessThanOrEqual(3);
  });

  test('that is claimed ends by the operator’s own time-out, not at the fallback', async () => {
    const before = (await stage.leftAtFallback()).length;
    const channelId = await call('long@own');
    await claimingClient(stage.direct, channelId).channels.ring({ channelId });
    const after = await stay(); // EPOCH has whole seconds
    expect(after).toBeGreaterThan(4900);
    expect(after).toBeLessThan(7100);
    await until('the channel to go', async () => (await stage.direct.channels.list()).length === 0);
    expect(await stage.leftAtFallback()).toHaveLength(before);
  });

  test('whose own time-out is over sooner than the rescue ends by it', async () => {
    const before = (await stage.leftAtFallback()).length;
    await call('short@own');
    expectWithinASecond(await stay(), 1);
    await sleep(500);
    expect(await stage.leftAtFallback()).toHaveLength(before);
  });

  test('in a bridge is rescued as elsewhere, and can be claimed there', async () => {
    const first = await call('ivr');
    await stage.callLocally('ivr', 1);
    const starts = () => listener.events.filter(({ type }) => type === 'StasisStart');
    const other = await until('the second call', () => starts()[1]?.channel as { id: string } | undefined);
    const bridge = await stage.direct.bridges.create({ type: 'mixing' });
    await stage.direct.bridges.addChannel({ bridgeId: bridge.id, channel: [first, other.id] });
    await claimingClient(stage.direct, first).channels.mute({ channelId: first, direction: 'in' });
    await until('the end of the other one', () => times('StasisEnd').length === 1);
    expect(listener.events.find(({ type }) => type === 'StasisEnd')).toMatchObject({ channel: { id: other.id } });
    expectWithinASecond((times('StasisEnd')[0] ?? 0) - (times('StasisStart')[1] ?? 0), SECONDS);
    await sleep(1000);
    expect((await stage.direct.bridges.get({ bridgeId: bridge.id })).channels).toEqual([first]);
    await stage.direct.bridges.destroy({ bridgeId: bridge.id });
  });

  test('that an app made has no timer', async () => {
    await stage.direct.channels.originate({ endpoint: 'Local/wait@far/n', app: 'Intro-IVR' });
    await until('the start', () => times('StasisStart').length === 1);
    await sleep(1000 * (SECONDS + 1));
    expect(times('StasisEnd')).toEqual([]);
  });
});
