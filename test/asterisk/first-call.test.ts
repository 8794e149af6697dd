import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basicAuthorization } from '../../lib/ari/credentials.ts';
import { LocalSystem, type NodeUsers } from '../../lib/local/local-system.ts';
import { APPS } from '../support/apps.ts';
import { runningProcesses } from '../support/processes.ts';
import { channelOf, Recorder } from '../support/recorder.ts';
import { until } from '../support/until.ts';
import { EXISTING_USER, OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';
import { placeCall } from './sipp.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NODE = 'pbx-1';

let asterisk: RealAsterisk;
let system: LocalSystem;
let users: NodeUsers;
const recorder = new Recorder();

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  const nodes = [{ name: NODE, url: asterisk.url, apps: APPS }];
  system = await LocalSystem.prepare(ROOT, nodes, recorder);
  users = system.users[0] as NodeUsers;
  if (!OWN_ASTERISK) {
    users = { node: NODE, connector: EXISTING_USER, handlers: EXISTING_USER };
    system.useUsers(users);
  }
  asterisk.configure([{ ...users.connector, readOnly: true }, users.handlers]);
  await asterisk.start();
  const connected = system.connected(NODE);
  await system.start();
  await connected;
});

afterAll(async () => {
  await system?.stop();
  await asterisk?.stop();
});

/** Places a call, and returns its channel's id once the function has received its StasisStart. */
async function call(extension: string, how: Omit<Parameters<typeof placeCall>[1], 'to'> = {}) {
  const before = recorder.ofType('StasisStart').length;
  const ended = placeCall(asterisk.sipPort, { to: extension, ...how });
  const start = await until(`a StasisStart of ${extension}`, () => recorder.ofType('StasisStart')[before]);
  return { ended, channelId: channelOf(start) as string };
}

const mediaFinished = (channelId: string): unknown[] =>
  recorder
    .ofType('PlaybackFinished', channelId)
    .map(({ detail }) => (detail.playback as { media_uri: string }).media_uri);

const roomHolds = (count: number | undefined) => async () => (await asterisk.inBridge('100')) === count;

describe('a call to ivr', () => {
  test('is answered, hears the greeting to its end, stays silent, hears goodbye, and is hung up', async () => {
    const { ended, channelId } = await call('ivr');
    await ended;
    await until('its StasisEnd', () => recorder.ofType('StasisEnd', channelId)[0]);
    const heard = recorder.ofType('PlaybackContinuing', channelId).map(({ detail }) => detail.playback);
    expect(heard).toMatchObject([{ next_media_uri: 'sound:silence/5' }]);
    expect(mediaFinished(channelId)).toEqual(['sound:silence/5', 'sound:vm-goodbye']);
    expect(recorder.ofType('ChannelStateChange', channelId)[0]?.detail).toMatchObject({ channel: { state: 'Up' } });
  });

  test('plays something on digit 1, then says goodbye and hangs up', async () => {
    const { ended, channelId } = await call('ivr', { digit: { key: '1', afterMs: 500 } });
    await ended;
    await until('the end of what was played', () => mediaFinished(channelId).length === 2);
    expect(mediaFinished(channelId)).toEqual(['sound:hello-world', 'sound:vm-goodbye']);
    expect(recorder.ofType('PlaybackStarted', channelId).map(({ detail }) => detail.playback)).toMatchObject([
      { media_uri: 'sound:hello-world' },
      { media_uri: 'sound:tt-monkeys' },
      { media_uri: 'sound:vm-goodbye' },
    ]);
  });

  test('moves the caller to conference room 100 on digit 2', async () => {
    const { ended, channelId } = await call('ivr', { digit: { key: '2', afterMs: 500 }, hangUpAfterMs: 2000 });
    const moved = await until('the move', () =>
      recorder.ofType('StasisStart', channelId).find(({ detail }) => detail.application === 'Super-Conference'),
    );
    expect(moved.detail.args).toEqual(['100']);
    await until('the room', roomHolds(1));
    await ended;
    await until('the room to go', roomHolds(undefined));
  });

  test('says goodbye and hangs up on any other digit', async () => {
    const { ended, channelId } = await call('ivr', { digit: { key: '9', afterMs: 500 } });
    await ended;
    await until('the goodbye', () => mediaFinished(channelId).length === 2);
    expect(mediaFinished(channelId)).toEqual(['sound:hello-world', 'sound:vm-goodbye']);
  });
});

describe('calls to conference', () => {
  test('are in one bridge named 100, which is destroyed when both have left', async () => {
    const ended = placeCall(asterisk.sipPort, { to: 'conference', count: 2, hangUpAfterMs: 3000 });
    await until('two in room 100', roomHolds(2));
    await ended;
    await until('the room to go', roomHolds(undefined));
  });

  test('are added to a new room when their room was destroyed', async () => {
    const { ended, channelId } = await call('conference', { hangUpAfterMs: 4000 });
    const entered = () => recorder.ofType('ChannelEnteredBridge', channelId).length;
    await until('the caller in the room', () => entered() === 1);
    const headers = { authorization: basicAuthorization(users.handlers) };
    await fetch(`${asterisk.url}/bridges/100`, { method: 'DELETE', headers });
    await until('the caller in the room again', () => entered() === 2);
    await ended;
    await until('the room to go', roomHolds(undefined));
  });
});

describe('what reaches the bus', () => {
  test('has metadata that orders and identifies every event of a call', async () => {
    const { ended, channelId } = await call('ivr', { digit: { key: '9', afterMs: 300 } });
    await ended;
    await until('its StasisEnd', () => recorder.ofType('StasisEnd', channelId)[0]);
    const events = recorder.events.filter((event) => channelOf(event) === channelId);
    const metadata = events.map(({ detail }) => detail.metadata as Record<string, unknown>);
    const numbers = metadata.map(({ channelSequence }) => Number(channelSequence));
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    expect(new Set(metadata.map(({ id }) => id)).size).toBe(events.length);
    expect(new Set(metadata.map(({ callId }) => callId))).toEqual(new Set([channelId]));
    const finished = recorder.ofType('PlaybackFinished', channelId)[0];
    expect(finished?.resources).toContain(`${NODE}/channel/${channelId}`);
  });

  test('has caused no failed invocation', () => {
    expect(recorder.failures).toEqual([]);
  });
});

describe.skipIf(!OWN_ASTERISK)('Asterisk stopped and started again', () => {
  test('is reconnected by the connector, and the next call is handled', async () => {
    await asterisk.stop();
    await until('NodeDisconnected', () => recorder.ofType('NodeDisconnected')[0]);
    const connected = system.connected(NODE);
    await asterisk.start();
    await connected;
    const { ended, channelId } = await call('ivr', { digit: { key: '9', afterMs: 300 } });
    await ended;
    expect(mediaFinished(channelId)).toContain('sound:vm-goodbye');
  });
});

describe('passwords', () => {
  test('appear in no log line, no event, no process argument, no template', async () => {
    const commandLines = runningProcesses().map(({ command }) => command);
    const templates = readdirSync(system.assembly, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json') || file.endsWith('js'))
      .map((file) => readFileSync(join(system.assembly, file), 'utf8'));
    expect(templates.length).toBeGreaterThan(5);
    expect(commandLines.some((line) => line.includes('connector.cjs'))).toBe(true);
    expect(recorder.lines.length).toBeGreaterThan(0);
    const everything = [
      ...templates,
      ...commandLines,
      ...recorder.lines,
      ...recorder.events.map((e) => JSON.stringify(e)),
    ];
    for (const { password } of [users.connector, users.handlers]) {
      const encoded = [password, encodeURIComponent(password)];
      expect(everything.filter((text) => encoded.some((secret) => text.includes(secret)))).toEqual([]);
    }
  });
});
