import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basicAuthorization, type Credentials } from '../../lib/ari/credentials.ts';
import { LocalSystem } from '../../lib/local/local-system.ts';
import type { SimulatedUser } from '../../lib/simulator/ari-server.ts';
import { APPS } from '../support/apps.ts';
import { Recorder } from '../support/recorder.ts';
import { until } from '../support/until.ts';
import { hashOf } from './hash-of.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';
import { placeCall } from './sipp.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NODE = 'pbx-1';
const OLD = { connector: reader('connector', 'old-c'), handlers: { username: 'handlers', password: 'old-h' } };
const NEW = { connector: reader('connector-b', 'new-c'), handlers: { username: 'handlers-b', password: 'new-h' } };
const NEXT = { connector: reader('connector', 'next-c'), handlers: { username: 'handlers', password: 'next-h' } };

function reader(username: string, password: string): SimulatedUser {
  return { username, password, readOnly: true };
}

describe.skipIf(!OWN_ASTERISK)('passwords changed by the steps of docs/rotation.md', () => {
  const recorder = new Recorder();
  let asterisk: RealAsterisk;
  let system: LocalSystem;

  beforeAll(async () => {
    asterisk = await RealAsterisk.prepare();
    asterisk.configure([OLD.connector, OLD.handlers]);
    await asterisk.start();
    const node = { name: NODE, url: asterisk.url, apps: APPS };
    system = await LocalSystem.prepare(ROOT, [node], recorder);
    system.useUsers({ node: NODE, ...OLD });
    const connected = system.connected(NODE);
    await system.start();
    await connected;
  });
  afterAll(async () => {
    await system?.stop();
    await asterisk?.stop();
  });

  /** Configures these users in Asterisk, with hashed passwords, and no others. */
  async function giveAsterisk(users: SimulatedUser[]): Promise<void> {
    asterisk.configure(
      users.map((user) => ({ ...user, password: `${hashOf(user.password)}\npassword_format = crypt` })),
    );
    await asterisk.cli('module reload res_ari.so');
  }

  async function statusFor(user: Credentials): Promise<number> {
    const headers = { authorization: basicAuthorization(user) };
    return (await fetch(`${asterisk.url}/asterisk/ping`, { headers })).status;
  }

  test('lose no call, and invalidate the old ones', async () => {
    let placed = 0;
    let going = true;
    const callers = [0, 1].map(async () => {
      while (going) {
        await placeCall(asterisk.sipPort, { to: 'ivr', digit: { key: '9', afterMs: 500 } });
        placed += 1;
      }
    });
    const more = (calls: number) => {
      const before = placed;
      return until(`${calls} more calls`, () => placed >= before + calls);
    };

    await more(2);
    await giveAsterisk([OLD.connector, OLD.handlers, NEW.connector, NEW.handlers]);
    await more(1);
    system.useUsers({ node: NODE, ...NEW });
    await more(1);
    await giveAsterisk([NEW.connector, NEW.handlers]);
    await more(3);
    going = false;
    await Promise.all(callers);

    expect(recorder.invocations.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(recorder.deadLetters).toEqual([]);
    expect(recorder.events.filter((event) => event['detail-type'] === 'NodeDisconnected')).toEqual([]);
    for (const user of Object.values(OLD)) expect(await statusFor(user)).toBe(401);
    for (const user of Object.values(NEW)) expect(await statusFor(user)).toBe(200);
  }, 120_000);

  test('are read again by a handler that Asterisk refuses, without an effect on the call', async () => {
    recorder.clear();
    // No call is under way: each environment has the user that is removed.
    system.useUsers({ node: NODE, ...NEXT });
    await giveAsterisk([NEXT.connector, NEXT.handlers]);
    await placeCall(asterisk.sipPort, { to: 'ivr', digit: { key: '9', afterMs: 500 } });
    expect(recorder.commands.some(({ status }) => status === 401)).toBe(true);
    expect(recorder.invocations.flatMap(({ error }) => error ?? [])).toEqual([]);
  });

  test('are used by the connector for its next connection', async () => {
    const connected = system.connected(NODE);
    await asterisk.stop();
    await asterisk.start();
    await connected;
    await placeCall(asterisk.sipPort, { to: 'ivr', digit: { key: '9', afterMs: 500 } });
    for (const { connector, handlers } of [OLD, NEW, NEXT])
      for (const { password } of [connector, handlers]) expect(recorder.all.join('\n')).not.toContain(password);
  });
});
