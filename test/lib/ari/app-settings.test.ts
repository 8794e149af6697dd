import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyAppSettings, appSettingsFaults } from '../../../lib/ari/app-settings.ts';
import { type AriClient, createAriClient } from '../../../lib/ari/client.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { httpTransport } from '../../../lib/ari/http-transport.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';
import { openEvents } from '../../support/open-events.ts';

const USER = { username: 'handlers', password: 'h' };

describe('an app', () => {
  let asterisk: SimulatedAsterisk;
  let ari: AriClient;
  let close: () => void;

  beforeEach(async () => {
    asterisk = await SimulatedAsterisk.start({ users: [USER], endpoints: ['PJSIP/1001', 'PJSIP/1002'] });
    ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => USER) }));
    ({ close } = await openEvents(asterisk.url, USER, ['Intro-IVR']));
  });
  afterEach(async () => {
    close();
    await asterisk.stop();
  });

  const app = () => ari.applications.get({ applicationName: 'Intro-IVR' });

  test('is subscribed to what its settings list, and from nothing else', async () => {
    await ari.applications.subscribe({ applicationName: 'Intro-IVR', eventSource: 'endpoint:PJSIP/1002' });
    await applyAppSettings(ari, 'Intro-IVR', { subscriptions: ['endpoint:PJSIP/1001', 'deviceState:Stasis:lamp'] });
    expect(await app()).toMatchObject({ endpoint_ids: ['PJSIP/1001'], device_names: ['Stasis:lamp'] });
    await applyAppSettings(ari, 'Intro-IVR', { subscriptions: ['endpoint:PJSIP/1001', 'deviceState:Stasis:lamp'] });
    expect(await app()).toMatchObject({ endpoint_ids: ['PJSIP/1001'], device_names: ['Stasis:lamp'] });
    await applyAppSettings(ari, 'Intro-IVR', { subscriptions: [] });
    expect(await app()).toMatchObject({ endpoint_ids: [], device_names: [] });
  });

  test('keeps its subscriptions where its settings list none', async () => {
    await ari.applications.subscribe({ applicationName: 'Intro-IVR', eventSource: 'endpoint:PJSIP/1002' });
    await applyAppSettings(ari, 'Intro-IVR', { disallowedEvents: ['ChannelVarset'] });
    expect(await app()).toMatchObject({
      endpoint_ids: ['PJSIP/1002'],
      events_disallowed: [{ type: 'ChannelVarset' }],
    });
    await applyAppSettings(ari, 'Intro-IVR', { disallowedEvents: [] });
    expect(await app()).toMatchObject({ events_disallowed: [] });
  });

  test('that nobody is connected for is an error of the kind gone', async () => {
    await expect(applyAppSettings(ari, 'Other', { subscriptions: [] })).rejects.toMatchObject({ kind: 'gone' });
  });
});

test.each([
  ['text', 'expected { "subscriptions": [ … ], "disallowedEvents": [ … ] }, got "text"'],
  [{ subscription: [] }, 'subscription: there is no such setting; there are subscriptions, disallowedEvents'],
  [{ subscriptions: 'x' }, 'subscriptions: expected a list of texts, got "x"'],
  [
    { subscriptions: ['channel:1'] },
    'subscriptions: expected "endpoint:TECHNOLOGY", "endpoint:TECHNOLOGY/RESOURCE" or "deviceState:NAME", got "channel:1"',
  ],
  [{ disallowedEvents: [7] }, 'disallowedEvents: expected a type of event, such as "ChannelVarset", got 7'],
  [
    { disallowedEvents: ['StasisEnd'] },
    'disallowedEvents: the connector needs "StasisEnd", so that Asterisk has to send it',
  ],
])('settings %j are refused', (settings, fault) => {
  expect(appSettingsFaults('at', settings)).toEqual([expect.stringContaining(fault)]);
});
