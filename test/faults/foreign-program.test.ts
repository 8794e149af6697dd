import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { RealAsterisk } from '../asterisk/real-asterisk.ts';
import { openEvents } from '../support/open-events.ts';
import { until } from '../support/until.ts';
import { FaultStage, say, USER } from './fault-stage.ts';

const COMMANDER = { username: 'commander', password: 'commander-password' };
const APP = 'Intro-IVR';

let asterisk: RealAsterisk;
let ari: AriClient;
let stage: FaultStage;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([{ ...USER, readOnly: true }, COMMANDER]);
  await asterisk.start();
  ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => COMMANDER) }));
  stage = await FaultStage.open();
});
afterAll(async () => {
  await stage?.close();
  ari?.close();
  await asterisk?.stop();
});

const call = () => ari.channels.originate({ endpoint: 'Local/answers@default', app: APP });

test('a program that takes an app and leaves is named, and new calls enter the app again after 30 s', async () => {
  const connector = stage.connect(asterisk.url);
  await connector.isInStep();
  // A call that stays in the app: because of it, Asterisk lists the app on when the program has left.
  const stays = await call();
  await until('the call', async () => (await stage.report()).starts[stays.id]);
  const program = await openEvents(asterisk.url, COMMANDER, [APP]);
  const takenAt = Date.now();
  await sleep(2000);
  program.close();
  const named = await until('the program to be named', async () => {
    const { status, nodes } = await connector.ready();
    return nodes['pbx-1']?.includes('a program that is not a connector has taken the app') && { status, ...nodes };
  });
  const namedAfter = Date.now() - takenAt;
  expect(named).toMatchObject({ status: 503, 'pbx-1': expect.stringMatching(/takes it back in \d+ s$/) });
  await connector.becomesReady(40_000);
  const backAfter = Date.now() - takenAt;
  const fresh = await call();
  await until('the new call', async () => (await stage.report()).starts[fresh.id]);
  await until('the gap', async () => (await stage.report()).news.filter(({ type }) => type === 'Gap').length > 1);
  const { news, starts } = await stage.report();
  say('a foreign program takes an app for 2 s', { 'named after ms': namedAfter, 'taken back after ms': backAfter });
  expect(backAfter).toBeGreaterThan(29_000);
  expect(backAfter).toBeLessThan(36_000);
  const types = news.map(({ type }) => type).filter((type) => ['StandingDown', 'AppTaken', 'Gap'].includes(type));
  // The first one is of the first start, on an empty disk.
  expect(types).toEqual(['Gap', 'StandingDown', 'AppTaken', 'Gap']);
  expect(news.findLast(({ type }) => type === 'Gap')?.detail).toMatchObject({ cause: 'app-taken', apps: [APP] });
  // The call that stayed is known: its StasisStart is not rebuilt.
  expect(starts[stays.id]).toEqual({ original: 1, recovered: 0 });
}, 120_000);
