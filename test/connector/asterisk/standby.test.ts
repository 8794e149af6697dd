import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import { holderName, standbyName } from '../../../connector/asterisk/presence.ts';
import { Standby } from '../../../connector/asterisk/standby.ts';
import { type AriClient, createAriClient } from '../../../lib/ari/client.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { httpTransport } from '../../../lib/ari/http-transport.ts';
import { createLog } from '../../../lib/log.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';
import { openEvents } from '../../support/open-events.ts';
import { until } from '../../support/until.ts';

const USER = { username: 'connector', password: 'c', readOnly: true };
const APP = 'Intro-IVR';

/** @param list which names Asterisk is to have listed, instead of what the simulated one lists */
async function stage({ onTestFinished }: TestContext, list?: () => Promise<string[]>) {
  let looks = 0;
  const asterisk = await SimulatedAsterisk.start({
    users: [USER],
    onCommand: ({ operation }) => {
      if (operation === 'applications.list') looks += 1;
    },
  });
  const credentials = cachedCredentials(async () => USER);
  const ari = createAriClient(httpTransport({ url: asterisk.url, credentials }));
  const freeSince: number[] = [];
  const standby = new Standby({
    node: { name: 'pbx-1', url: asterisk.url, apps: [APP] },
    app: APP,
    credentials,
    ari: list ? ({ applications: { list: async () => (await list()).map((name) => ({ name })) } } as AriClient) : ari,
    instance: 'self',
    log: createLog({}, () => {}),
    pollMs: 10,
    backoff: { baseMs: 5, capMs: 10 },
    onFree: (since) => freeSince.push(since),
  });
  onTestFinished(async () => {
    standby.stop();
    ari.close();
    await asterisk.stop();
  });
  return {
    asterisk,
    standby,
    freeSince,
    listen: (...names: string[]) => openEvents(asterisk.url, USER, names),
    names: async () => (await ari.applications.list()).map(({ name }) => name),
    /** Resolves after so many looks, or when it is told that the app is free. */
    looks: (count: number) => {
      const before = looks;
      return until(`${count} looks`, () => looks >= before + count || freeSince.length > 0);
    },
  };
}

describe.concurrent('who stands by for an app', () => {
  test('shows so in Asterisk, for as long as it does', async (context) => {
    const { expect } = context;
    const { standby, names, listen } = await stage(context);
    await listen(APP);
    standby.start();
    await until('its name', async () => (await names()).includes(standbyName(APP, 'self')));
    standby.stop();
    await until('its name to be gone', async () => !(await names()).includes(standbyName(APP, 'self')));
    expect(await names()).toEqual([APP]);
  });

  test('is told once that the app is free when its holder is gone, and since when', async (context) => {
    const { expect } = context;
    const { standby, freeSince, listen, looks, names } = await stage(context);
    const holder = await listen(APP, holderName(APP, 'other'));
    standby.start();
    await looks(10);
    expect(freeSince).toEqual([]);
    const before = Date.now();
    holder.close();
    await until('the word', () => freeSince.length > 0);
    expect(freeSince[0]).toBeGreaterThanOrEqual(before - 5000);
    expect(freeSince[0]).toBeLessThanOrEqual(Date.now());
    // It stands by no more.
    await until('its name to be gone', async () => !(await names()).includes(standbyName(APP, 'self')));
    expect(freeSince).toHaveLength(1);
  });

  test('takes an app back whose holder is gone, though it stays listed for the calls that are in it', async (context) => {
    const { expect } = context;
    const { standby, freeSince, listen, asterisk, looks, names } = await stage(context);
    const holder = await listen(APP, holderName(APP, 'other'));
    asterisk.dial('ivr');
    standby.start();
    await looks(5);
    holder.close();
    await until('the word', () => freeSince.length > 0);
    expect(await names()).toContain(APP);
  });

  test('takes a holder for gone after three looks in a row, not one that merely reconnects', async (context) => {
    const { expect } = context;
    const held = [APP, holderName(APP, 'other')];
    const script = [held, [], [], held, [APP], [], held, [], [], []];
    let at = 0;
    const { standby, freeSince } = await stage(context, async () => script[at++] ?? held);
    standby.start();
    await until('the word', () => freeSince.length > 0);
    expect(at).toBe(script.length);
  });

  test('leaves a program alone that is no connector, until Asterisk lists the app no more', async (context) => {
    const { expect } = context;
    const { standby, freeSince, listen, looks } = await stage(context);
    const foreign = await listen(APP);
    standby.start();
    await looks(15);
    expect(freeSince).toEqual([]);
    foreign.close();
    await until('the word', () => freeSince.length > 0);
  });

  test('leaves it alone too when it has taken the app from another connector, which stands by as well', async (context) => {
    const { expect } = context;
    const { standby, freeSince, listen, looks } = await stage(context);
    await listen(APP, holderName(APP, 'other'));
    standby.start();
    await looks(5);
    await listen(standbyName(APP, 'other'));
    await listen(APP);
    await looks(15);
    expect(freeSince).toEqual([]);
  });

  test('knows nothing while Asterisk does not answer', async (context) => {
    const { expect } = context;
    const { standby, freeSince, listen, looks, asterisk } = await stage(context);
    const holder = await listen(APP, holderName(APP, 'other'));
    standby.start();
    await looks(3);
    asterisk.failNext('applications.list', ...Array(20).fill(500));
    holder.close();
    await looks(15);
    expect(freeSince).toEqual([]);
    await until('the word', () => freeSince.length > 0);
  });

  test('hears nothing any more when it was stopped', async (context) => {
    const { expect } = context;
    const { standby, freeSince, listen, looks } = await stage(context);
    const holder = await listen(APP, holderName(APP, 'other'));
    standby.start();
    await looks(2);
    standby.stop();
    holder.close();
    // Three looks would have come by now.
    await sleep(150);
    expect(freeSince).toEqual([]);
  });
});
