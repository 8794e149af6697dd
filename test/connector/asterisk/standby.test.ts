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

/** @param list the app names that Asterisk lists; by default those that the simulated one lists */
async function stage({ onTestFinished }: TestContext, list?: () => Promise<string[]>, takeBackMs?: number) {
  let polls = 0;
  const asterisk = await SimulatedAsterisk.start({
    users: [USER],
    onCommand: ({ operation }) => {
      if (operation === 'applications.list') polls += 1;
    },
  });
  const credentials = cachedCredentials(async () => USER);
  const ari = createAriClient(httpTransport({ url: asterisk.url, credentials }));
  const freeFrom: string[] = [];
  const foreign: (number | undefined)[] = [];
  const lines: string[] = [];
  const standby = new Standby({
    node: { name: 'pbx-1', url: asterisk.url, apps: [APP] },
    credentials,
    ari: list ? ({ applications: { list: async () => (await list()).map((name) => ({ name })) } } as AriClient) : ari,
    instance: 'self',
    log: createLog({}, (line) => lines.push(line)),
    pollMs: 10,
    backoff: { baseMs: 5, capMs: 10 },
    prove: () => Promise.resolve(),
    onHeld: () => {},
    onForeign: (_app, takesBackAt) => foreign.push(takesBackAt),
    onFree: (_apps, from) => freeFrom.push(from),
  });
  onTestFinished(async () => {
    standby.stop();
    ari.close();
    await asterisk.stop();
  });
  return {
    asterisk,
    standby: {
      start: () => standby.add(APP, takeBackMs),
      stop: () => standby.stop(),
      get status() {
        return standby.statuses[0] ?? { ready: false, says: 'not standing by' };
      },
    },
    freeFrom,
    foreign,
    lines,
    listen: (...names: string[]) => openEvents(asterisk.url, USER, names),
    names: async () => (await ari.applications.list()).map(({ name }) => name),
    /** Resolves after this many polls, or when the app is reported free. */
    polls: (count: number) => {
      const before = polls;
      return until(`${count} polls`, () => polls >= before + count || freeFrom.length > 0);
    },
  };
}

describe.concurrent('a connector that stands by for an app', () => {
  test('registers its standby name in Asterisk until it stops', async (context) => {
    const { expect } = context;
    const { standby, names, listen } = await stage(context);
    await listen(APP);
    standby.start();
    await until('its name', async () => (await names()).includes(standbyName(APP, 'self')));
    standby.stop();
    await until('its name to be gone', async () => !(await names()).includes(standbyName(APP, 'self')));
    expect(await names()).toEqual([APP]);
  });

  test('learns once that the app is free when its holder is gone', async (context) => {
    const { expect } = context;
    const { standby, freeFrom, listen, polls, names } = await stage(context);
    const holder = await listen(APP, holderName(APP, 'other'));
    standby.start();
    await polls(10);
    expect(freeFrom).toEqual([]);
    holder.close();
    await until('the call of `onFree`', () => freeFrom.length > 0);
    // It no longer stands by.
    await until('its name to be gone', async () => !(await names()).includes(standbyName(APP, 'self')));
    expect(freeFrom).toHaveLength(1);
  });

  test('takes an app back when its holder is gone, though Asterisk lists the app while calls are in it', async (context) => {
    const { expect } = context;
    const { standby, freeFrom, listen, asterisk, polls, names } = await stage(context);
    const holder = await listen(APP, holderName(APP, 'other'));
    asterisk.dial('ivr');
    standby.start();
    await polls(5);
    holder.close();
    await until('the call of `onFree`', () => freeFrom.length > 0);
    expect(await names()).toContain(APP);
  });

  test('considers a holder gone after three polls in a row without it, not when it reconnects between them', async (context) => {
    const { expect } = context;
    const held = [APP, holderName(APP, 'other')];
    const script = [held, [], [], held, [APP], [], held, [], [], []];
    let at = 0;
    const { standby, freeFrom } = await stage(context, async () => script[at++] ?? held);
    standby.start();
    await until('the call of `onFree`', () => freeFrom.length > 0);
    expect(at).toBe(script.length);
  });

  test('leaves the app to a program that is not a connector, where `foreign` says so, until Asterisk no longer lists the app', async (context) => {
    const { expect } = context;
    const { standby, freeFrom, listen, polls, foreign } = await stage(context);
    const program = await listen(APP);
    standby.start();
    expect(standby.status.says).toBe(`standing by for "${APP}", which another program has taken`);
    await polls(15);
    expect(freeFrom).toEqual([]);
    expect(foreign).toEqual([undefined]);
    expect(standby.status).toEqual({
      ready: true,
      says: `a program that is not a connector has taken the app "${APP}"; the node's \`foreign\` leaves it there`,
    });
    program.close();
    await until('the call of `onFree`', () => freeFrom.length > 0);
    expect(freeFrom).toEqual(['connector']);
  });

  test('takes the app back from a program that is not a connector after the given time, also with a call in it', async (context) => {
    const { expect } = context;
    const { standby, freeFrom, foreign, listen, asterisk, lines } = await stage(context, undefined, 400);
    const program = await listen(APP);
    asterisk.dial('ivr');
    const began = Date.now();
    standby.start();
    await until('the program to be recognized', () => foreign.length > 0);
    expect(foreign[0]).toBeGreaterThanOrEqual(began + 200);
    expect(standby.status.ready).toBe(false);
    expect(standby.status.says).toMatch(/^a program that is not a connector has taken the app "Intro-IVR"; .* in 1 s$/);
    expect(lines.join()).toContain('Stop that program, or set `foreign` of the node to \\"leave\\" in cdk.json');
    // Asterisk lists the app on, as the call is in it.
    program.close();
    await until('the call of `onFree`', () => freeFrom.length > 0);
    expect(Date.now() - began).toBeGreaterThanOrEqual(200);
    expect([freeFrom, foreign.length]).toEqual([['foreign'], 1]);
  });

  test('does not take a connector that is slow to register its name for a foreign program', async (context) => {
    const { expect } = context;
    const held = [APP, holderName(APP, 'other')];
    const script = [[APP], [APP], held, held];
    let at = 0;
    const { standby, freeFrom, foreign } = await stage(context, async () => script[at++] ?? held, 50);
    standby.start();
    await until('the polls', () => at > 12);
    expect([freeFrom, foreign]).toEqual([[], []]);
    expect(standby.status).toEqual({ ready: true, says: `standing by for "${APP}", which another connector holds` });
  });

  test('leaves the app to such a program too when it took the app from another connector, which now stands by', async (context) => {
    const { expect } = context;
    const { standby, freeFrom, listen, polls } = await stage(context);
    await listen(APP, holderName(APP, 'other'));
    standby.start();
    await polls(5);
    await listen(standbyName(APP, 'other'));
    await listen(APP);
    await polls(15);
    expect(freeFrom).toEqual([]);
  });

  test('does not consider the app free while Asterisk does not answer', async (context) => {
    const { expect } = context;
    const { standby, freeFrom, listen, polls, asterisk } = await stage(context);
    const holder = await listen(APP, holderName(APP, 'other'));
    standby.start();
    await polls(3);
    asterisk.failNext('applications.list', ...Array(20).fill(500));
    holder.close();
    await polls(15);
    expect(freeFrom).toEqual([]);
    await until('the call of `onFree`', () => freeFrom.length > 0);
  });

  test('does not report the app free after it was stopped', async (context) => {
    const { expect } = context;
    const { standby, freeFrom, listen, polls } = await stage(context);
    const holder = await listen(APP, holderName(APP, 'other'));
    standby.start();
    await polls(2);
    standby.stop();
    holder.close();
    // Three polls would have been made by now.
    await sleep(150);
    expect(freeFrom).toEqual([]);
  });
});
