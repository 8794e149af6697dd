import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { DEFAULT_FILTER } from '../../connector/event-filter.ts';
import { CALL_VARIABLES } from '../../lib/ari/verbs-dialplan.ts';
import { sharedContexts } from '../../lib/asterisk/armed-extensions.ts';
import { MEASURED_CALL } from '../../lib/cost/measured-call.ts';
import type { EventPattern } from '../../lib/events/pattern/index.ts';
import { LocalSystem, type NodeUsers } from '../../lib/local/local-system.ts';
import { APPS } from '../support/apps.ts';
import { channelOf, Recorder } from '../support/recorder.ts';
import { until } from '../support/until.ts';
import { EXISTING_USER, OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';
import { placeCall } from './sipp.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NODE = 'pbx-1';
const EVERYTHING: readonly EventPattern[] = [{ source: ['asterisk.ari'] }];

let asterisk: RealAsterisk;
let system: LocalSystem | undefined;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
});
afterEach(async () => {
  await system?.stop();
  await asterisk.stop();
});

/** One call of a real phone to `ivr`: it presses 1, hears something and the goodbye, and Asterisk hangs up. */
async function measure(filter: readonly EventPattern[]) {
  const recorder = new Recorder();
  const nodes = [{ name: NODE, url: asterisk.url, apps: APPS }];
  const running = await LocalSystem.prepare(ROOT, nodes, recorder);
  system = running;
  for (const { environment } of running.deployment.containers) environment.EVENT_FILTER = JSON.stringify(filter);
  let users = running.users[0] as NodeUsers;
  if (!OWN_ASTERISK) {
    users = { node: NODE, connector: EXISTING_USER, handlers: EXISTING_USER };
    running.useUsers(users);
  }
  const dialplan = { 'extensions.conf': sharedContexts('busy') };
  asterisk.configure([{ ...users.connector, readOnly: true }, users.handlers], undefined, dialplan, CALL_VARIABLES);
  await asterisk.start();
  const connected = running.connected(NODE);
  await running.start();
  await connected;

  await placeCall(asterisk.sipPort, { to: 'ivr', digit: { key: '1', afterMs: 500 } });
  const end = await until('the end of the call', () => recorder.ofType('ChannelDestroyed')[0]);
  const ofCall = () => recorder.events.filter((event) => channelOf(event) === channelOf(end));
  // Events of a channel keep their order, so this is the last; the functions may still be at work.
  await until('the handlers', () =>
    recorder.invocations.some(({ event }) => event.id === ofCall().findLast(isHandled)?.id),
  );
  const bytes = ofCall().reduce((sum, { detail }) => sum + Buffer.byteLength(JSON.stringify(detail)), 0);
  const invocations = recorder.invocations.filter(({ event }) => channelOf(event) === channelOf(end)).length;
  const types: Record<string, number> = {};
  for (const event of ofCall()) types[event['detail-type']] = (types[event['detail-type']] ?? 0) + 1;
  return {
    events: ofCall().length,
    bytesPerEvent: Math.round(bytes / ofCall().length),
    tableWrites: ofCall().reduce((sum, event) => sum + tableWrites(event), 0),
    invocations,
    types,
  };
}

/** DynamoDB bills each kilobyte of an item that is written or removed: the channel, and keys of some 200 bytes. */
function tableWrites({
  'detail-type': type,
  detail,
}: {
  'detail-type': string;
  detail: { channel?: unknown };
}): number {
  return type === 'StasisStart' ? 2 * Math.ceil((JSON.stringify(detail.channel).length + 200) / 1024) : 0;
}

function isHandled({ 'detail-type': type }: { 'detail-type': string }): boolean {
  return type === 'ChannelDestroyed';
}

test('a call has as many events as the cost calculator assumes, with the default filter and without', async () => {
  const filtered = await measure(DEFAULT_FILTER);
  await system?.stop();
  await asterisk.stop();
  const unfiltered = await measure(EVERYTHING);
  console.log('a call to Intro-IVR, by the default filter', filtered, 'without a filter', unfiltered);

  const about = (expected: number, got: number): void => {
    expect(got).toBeGreaterThanOrEqual(expected * 0.85);
    expect(got).toBeLessThanOrEqual(expected * 1.15);
  };
  about(MEASURED_CALL.events, filtered.events);
  about(MEASURED_CALL.eventsUnfiltered, unfiltered.events);
  about(MEASURED_CALL.invocations, filtered.invocations);
  about(MEASURED_CALL.tableWrites, filtered.tableWrites);
  about(MEASURED_CALL.bytesPerEvent, filtered.bytesPerEvent);
}, 180_000);
