import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { eventTypes } from '../../lib/ari/generated/model.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { openEvents, type ReceivedEvent } from '../support/open-events.ts';
import { until } from '../support/until.ts';
import { fixture, keyPaths, richest, writeFixtures } from './events/fixtures.ts';
import { APP, DIALPLAN, FEATURES, Play, pjsip, SCENES } from './events/provoke.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const USER = { username: 'capture', password: 'p' };

/** Types of the model that neither SIP calls nor Local channels cause here. */
const NOT_PROVOKED = [
  'ApplicationRegistered',
  'ApplicationUnregistered',
  'ChannelToneDetected',
  'EndpointStateChange',
  'RecordingFailed',
];

describe.skipIf(!OWN_ASTERISK)('a real Asterisk', () => {
  let asterisk: RealAsterisk;
  let ari: AriClient;
  let socket: Awaited<ReturnType<typeof openEvents>>;
  let play: Play;
  let events: readonly ReceivedEvent[] = [];

  const configure = (phonePort?: number) =>
    asterisk.configure([USER], DIALPLAN, {
      'pjsip.conf': pjsip(asterisk.sipPort, phonePort),
      'features.conf': FEATURES,
    });

  beforeAll(async () => {
    asterisk = await RealAsterisk.prepare();
    configure();
    await asterisk.start();
    socket = await openEvents(asterisk.url, USER, [APP]);
    events = socket.events;
    ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => USER) }));
    const eventSource = ['channel:', 'bridge:', 'endpoint:', 'endpoint:PJSIP/sipp', 'deviceState:'];
    await ari.applications.subscribe({ applicationName: APP, eventSource });
    const plugInPhone = () => {
      configure(asterisk.sipPort);
      return asterisk.cli('module reload res_pjsip.so');
    };
    play = new Play({ ari, events, send: socket.send, plugInPhone });
  });
  afterEach(async () => {
    await Promise.allSettled((await ari.channels.list()).map(({ id }) => ari.channels.hangup({ channelId: id })));
  });
  afterAll(async () => {
    socket?.close();
    ari?.close();
    await asterisk?.stop('SIGKILL'); // left alone with calls to itself, it takes minutes to say goodbye
  });

  describe('sends what was captured of', () => {
    test.each(Object.entries(SCENES))('%s', async (_, scene) => {
      await scene(play);
    });

    test('a second subscriber', async () => {
      const second = await openEvents(asterisk.url, USER, [APP]);
      await until('the event', () => events.some(({ type }) => type === 'ApplicationReplaced'));
      second.close();
    });
  });

  describe('and with that', () => {
    test('every event type except a few, and no unknown ones', () => {
      const captured = richest(events);
      if (process.env.UPDATE_FIXTURES) writeFixtures(captured);
      const missing = eventTypes.filter((type) => !captured.has(type));
      expect(missing).toEqual(NOT_PROVOKED);
      expect([...captured.keys()].filter((type) => !(eventTypes as readonly string[]).includes(type))).toEqual([]);
    });

    // Which optional fields an event has is chance: of one attended transfer in twenty, Asterisk leaves out the target.
    test.each(eventTypes.filter((type) => !NOT_PROVOKED.includes(type)))(
      '%s with no field that its fixture does not have',
      (type) => {
        const known = keyPaths(fixture(type));
        expect(keyPaths(richest(events).get(type)).filter((path) => !known.includes(path))).toEqual([]);
      },
    );
  });
});
