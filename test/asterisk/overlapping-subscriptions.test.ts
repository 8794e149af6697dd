import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import type { EventMetadata } from '../../lib/events/metadata.ts';
import { ConnectorProcess } from '../support/connector-process.ts';
import { LocalAws } from '../support/local-aws.ts';
import { openEvents } from '../support/open-events.ts';
import { channelOf, Recorder } from '../support/recorder.ts';
import { until } from '../support/until.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';
import { placeCall } from './sipp.ts';

const BUS = 'calls';
const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:connector';
const READER = { username: 'connector', password: 'right-password', readOnly: true };
const COMMANDER = { username: 'commander', password: 'commander-password' };
const APP = 'Intro-IVR';
/** A dialplan loop beside the call: its events come between those of the call. */
const DIALPLAN = `
[default]
exten => ivr,1,Stasis(${APP})
exten => busy,1,Answer()
 same => n,Set(i=0)
 same => n(turn),Set(i=$[\${i} + 1])
 same => n,GotoIf($[\${i} < 20000]?turn)
 same => n,Wait(3600)
`;

let asterisk: RealAsterisk;
let ari: AriClient;
let aws: LocalAws;
let connector: ConnectorProcess;
let journalFolder: string;
const recorder = new Recorder();

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([READER, COMMANDER], DIALPLAN);
  await asterisk.start();
  ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => COMMANDER) }));
  aws = await LocalAws.open({ [SECRET]: READER }, { busNames: [BUS], onEvent: (event) => recorder.onEvent(event) });
  journalFolder = await mkdtemp(join(tmpdir(), 'journal-'));
  connector = new ConnectorProcess({
    ARI_NODES: JSON.stringify([{ name: 'pbx-1', url: asterisk.url, apps: [APP], secretId: SECRET }]),
    EVENT_BUS_NAME: BUS,
    AWS_ENDPOINT_URL: aws.url,
    JOURNAL_FOLDER: journalFolder,
  });
  await connector.isInStep();
});

afterAll(async () => {
  await connector?.stop();
  ari?.close();
  await asterisk?.stop();
  await aws?.close();
  if (journalFolder) await rm(journalFolder, { recursive: true, force: true });
});

/** A call with digits, a hold and two equal user events, while the app has subscribed to these sources too. */
async function callWith(sources: string[]) {
  const subscription = { applicationName: APP, eventSource: sources };
  if (sources.length > 0) await ari.applications.subscribe(subscription);
  const before = recorder.ofType('StasisStart').length;
  const busy = await ari.channels.originate({ endpoint: 'Local/busy@default', app: APP });
  const ended = placeCall(asterisk.sipPort, {
    to: 'ivr',
    digit: { key: '4711#', afterMs: 500 },
    holdForMs: 300,
    hangUpAfterMs: 300,
  });
  const start = await until('the call', () =>
    recorder
      .ofType('StasisStart')
      .slice(before)
      .find((event) => channelOf(event) !== busy.id),
  );
  const channelId = channelOf(start) as string;
  await ari.channels.answer({ channelId });
  const equal = { eventName: 'equal', application: APP, source: `channel:${channelId}`, variables: { n: '1' } };
  await Promise.all([ari.events.userEvent(equal), ari.events.userEvent(equal)]);
  await ended;
  await until('its end', () => recorder.ofType('StasisEnd', channelId)[0]);
  await ari.channels.hangup({ channelId: busy.id });
  // Asterisk cannot end a subscription to all of a kind: 501.
  const endable = sources.filter((source) => !/^(channel|bridge):$/.test(source));
  if (endable.length > 0) await ari.applications.unsubscribe({ applicationName: APP, eventSource: endable });
  const events = recorder.events.filter((event) => channelOf(event) === channelId);
  return events.map(({ detail }) => detail as { type: string; digit?: string; metadata: EventMetadata });
}

describe.skipIf(!OWN_ASTERISK)('with overlapping subscriptions', () => {
  test('Asterisk itself sends a frame several times', async () => {
    const other = await openEvents(asterisk.url, COMMANDER, ['other']);
    const subscription = { applicationName: 'other', eventSource: ['endpoint:PJSIP', 'endpoint:PJSIP/sipp'] };
    await ari.applications.subscribe(subscription);
    const ended = placeCall(asterisk.sipPort, { to: 'ivr', digit: { key: '4', afterMs: 500 }, hangUpAfterMs: 300 });
    const channel = await until('the call', async () => (await ari.channels.list())[0]);
    await ari.channels.answer({ channelId: channel.id });
    await ended;
    await until(
      'both copies of the digit',
      () => other.events.filter(({ type }) => type === 'ChannelDtmfReceived').length === 2,
    );
    const [one, two] = other.events.filter(({ type }) => type === 'ChannelDtmfReceived');
    expect(one).toEqual(two);
    other.close();
  });

  test.each([
    ['none but the channel', []],
    ['the endpoint', ['endpoint:PJSIP/sipp']],
    ['all endpoints of the technology, and the endpoint', ['endpoint:PJSIP', 'endpoint:PJSIP/sipp']],
    ['all channels and all bridges', ['channel:', 'bridge:', 'endpoint:PJSIP/sipp']],
  ])('%s: digits, holds and state changes arrive once, and equal user events each', async (_, sources) => {
    const events = await callWith(sources);
    const of = (type: string) => events.filter((event) => event.type === type);
    expect(of('ChannelDtmfReceived').map(({ digit }) => digit)).toEqual([...'4711#']);
    const counts = [
      'StasisStart',
      'ChannelStateChange',
      'ChannelHold',
      'ChannelUnhold',
      'ChannelUserevent',
      'StasisEnd',
    ];
    expect(Object.fromEntries(counts.map((type) => [type, of(type).length]))).toEqual({
      StasisStart: 1,
      ChannelStateChange: 1,
      ChannelHold: 1,
      ChannelUnhold: 1,
      ChannelUserevent: 2,
      StasisEnd: 1,
    });
    // Nothing else came twice either, and the order is the one of the numbers.
    expect(new Set(events.map(({ metadata }) => metadata.id)).size).toBe(events.length);
    const withoutMetadata = events
      .filter(({ type }) => type !== 'ChannelUserevent')
      .map(({ metadata: _, ...event }) => event);
    expect(new Set(withoutMetadata.map((event) => JSON.stringify(event))).size).toBe(withoutMetadata.length);
    const numbers = events.map(({ metadata }) => metadata.channelSequence as number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });
});
