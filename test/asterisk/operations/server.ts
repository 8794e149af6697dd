import { expect } from 'vitest';
import { NIX, nothing, type OperationName, type Row } from './row.ts';
import { APP } from './stage.ts';

const AOR = { configClass: 'res_pjsip', objectType: 'aor' };
const PHONE = { tech: 'PJSIP', resource: 'phone' };
const NO_PHONE = { tech: 'PJSIP', resource: NIX };
const noApp = { applicationName: NIX };

export const serverRows = {
  'asterisk.getObject': {
    works: async (stage) => {
      const aor = await stage.ari.asterisk.getObject({ ...AOR, id: 'phone' });
      expect(aor).toContainEqual({ attribute: 'contact', value: 'sip:phone@127.0.0.1:9' });
    },
    missing: [404, (ari) => ari.asterisk.getObject({ ...AOR, id: NIX })],
  },
  'asterisk.updateObject': {
    works: async (stage) => {
      const object = { ...AOR, id: stage.name() };
      const fields = [{ attribute: 'max_contacts', value: '3' }];
      const tuples = await stage.ari.asterisk.updateObject({ ...object, fields });
      expect(tuples).toContainEqual(fields[0]);
    },
    missing: [404, (ari) => ari.asterisk.updateObject({ configClass: NIX, objectType: 'aor', id: NIX })],
  },
  'asterisk.deleteObject': {
    works: async (stage) => {
      const object = { ...AOR, id: stage.name() };
      await stage.ari.asterisk.updateObject({ ...object, fields: [{ attribute: 'max_contacts', value: '3' }] });
      await nothing(stage.ari.asterisk.deleteObject(object));
    },
    missing: [404, (ari) => ari.asterisk.deleteObject({ ...AOR, id: NIX })],
  },
  'asterisk.getInfo': {
    works: async ({ ari }) => {
      const info = await ari.asterisk.getInfo({ only: ['build', 'system'] });
      expect(Object.keys(info).toSorted()).toEqual(['build', 'system']);
      expect(info.system?.version).toMatch(/^2\d\./);
    },
  },
  'asterisk.ping': { works: async ({ ari }) => expect(await ari.asterisk.ping()).toMatchObject({ ping: 'pong' }) },
  'asterisk.listModules': {
    works: async ({ ari }) => {
      expect(await ari.asterisk.listModules()).toContainEqual(expect.objectContaining({ name: 'res_ari.so' }));
    },
  },
  'asterisk.getModule': {
    works: async ({ ari }) => {
      const module = await ari.asterisk.getModule({ moduleName: 'res_ari.so' });
      expect(module).toMatchObject({ name: 'res_ari.so', status: 'Running', support_level: 'core' });
    },
    missing: [404, (ari) => ari.asterisk.getModule({ moduleName: NIX })],
  },
  'asterisk.loadModule': {
    works: async ({ ari }) => {
      const module = { moduleName: 'app_echo.so' };
      await ari.asterisk.unloadModule(module);
      await nothing(ari.asterisk.loadModule(module));
    },
    missing: [409, (ari) => ari.asterisk.loadModule({ moduleName: NIX })],
  },
  'asterisk.unloadModule': {
    works: async ({ ari }) => {
      const module = { moduleName: 'app_echo.so' };
      await nothing(ari.asterisk.unloadModule(module));
      await ari.asterisk.loadModule(module);
    },
    missing: [404, (ari) => ari.asterisk.unloadModule({ moduleName: NIX })],
  },
  'asterisk.reloadModule': {
    works: ({ ari }) => nothing(ari.asterisk.reloadModule({ moduleName: 'res_musiconhold.so' })),
    missing: [404, (ari) => ari.asterisk.reloadModule({ moduleName: NIX })],
  },
  'asterisk.listLogChannels': {
    works: async ({ ari }) => {
      expect(await ari.asterisk.listLogChannels()).toContainEqual(expect.objectContaining({ status: 'Enabled' }));
    },
  },
  'asterisk.addLog': {
    works: async (stage) => {
      const log = { logChannelName: stage.name(), configuration: 'notice,warning' };
      await nothing(stage.ari.asterisk.addLog(log));
      await expect(stage.ari.asterisk.addLog(log)).rejects.toMatchObject({ kind: 'wrong-state', status: 409 });
    },
  },
  'asterisk.deleteLog': {
    works: async (stage) => {
      const logChannelName = stage.name();
      await stage.ari.asterisk.addLog({ logChannelName, configuration: 'notice' });
      await nothing(stage.ari.asterisk.deleteLog({ logChannelName }));
    },
    missing: [404, (ari) => ari.asterisk.deleteLog({ logChannelName: NIX })],
  },
  'asterisk.rotateLog': {
    works: async (stage) => {
      const logChannelName = stage.name();
      await stage.ari.asterisk.addLog({ logChannelName, configuration: 'notice' });
      await nothing(stage.ari.asterisk.rotateLog({ logChannelName }));
    },
    missing: [404, (ari) => ari.asterisk.rotateLog({ logChannelName: NIX })],
  },
  'asterisk.getGlobalVar': {
    // A variable that was never set is empty, unlike for channels, where it is 404.
    works: async ({ ari }) => expect(await ari.asterisk.getGlobalVar({ variable: NIX })).toEqual({ value: '' }),
  },
  'asterisk.setGlobalVar': {
    works: async (stage) => {
      const [variable, value] = [stage.name(), 'ä & b'];
      await nothing(stage.ari.asterisk.setGlobalVar({ variable, value }));
      expect(await stage.ari.asterisk.getGlobalVar({ variable })).toEqual({ value });
    },
  },
  'endpoints.list': {
    works: async ({ ari }) => {
      const endpoint = { technology: 'PJSIP', resource: 'phone' };
      expect(await ari.endpoints.list()).toContainEqual(expect.objectContaining(endpoint));
    },
  },
  'endpoints.sendMessage': {
    works: ({ ari }) =>
      nothing(ari.endpoints.sendMessage({ to: 'pjsip:phone', from: 'pjsip:a', body: 'ä', variables: { X: '1' } })),
    missing: [404, (ari) => ari.endpoints.sendMessage({ to: `pjsip:${NIX}`, from: 'pjsip:a' })],
  },
  'endpoints.refer': {
    works: ({ ari }) =>
      nothing(ari.endpoints.refer({ to: 'pjsip:phone', from: 'pjsip:a', refer_to: 'sip:b@127.0.0.1' })),
    missing: [404, (ari) => ari.endpoints.refer({ to: `pjsip:${NIX}`, from: 'pjsip:a', refer_to: 'sip:b@127.0.0.1' })],
  },
  'endpoints.listByTech': {
    works: async ({ ari }) => {
      const endpoints = await ari.endpoints.listByTech({ tech: 'PJSIP' });
      expect(endpoints.map(({ resource }) => resource)).toContain('phone');
    },
    missing: [404, (ari) => ari.endpoints.listByTech({ tech: NIX })],
  },
  'endpoints.get': {
    works: async ({ ari }) =>
      expect(await ari.endpoints.get(PHONE)).toMatchObject({ resource: 'phone', channel_ids: [] }),
    missing: [404, (ari) => ari.endpoints.get(NO_PHONE)],
  },
  'endpoints.sendMessageToEndpoint': {
    works: ({ ari }) => nothing(ari.endpoints.sendMessageToEndpoint({ ...PHONE, from: 'pjsip:a', body: 'hello' })),
    missing: [404, (ari) => ari.endpoints.sendMessageToEndpoint({ ...NO_PHONE, from: 'pjsip:a' })],
  },
  'endpoints.referToEndpoint': {
    works: ({ ari }) =>
      nothing(ari.endpoints.referToEndpoint({ ...PHONE, from: 'pjsip:a', refer_to: 'sip:b@127.0.0.1' })),
    missing: [404, (ari) => ari.endpoints.referToEndpoint({ ...NO_PHONE, from: 'a', refer_to: 'sip:b@127.0.0.1' })],
  },
  'sounds.list': {
    works: async ({ ari }) => {
      const sounds = await ari.sounds.list({ format: 'slin' });
      expect(sounds.map(({ id }) => id)).toContain('hello-world');
    },
  },
  'sounds.get': {
    works: async ({ ari }) => {
      const sound = await ari.sounds.get({ soundId: 'digits/1' });
      expect(sound).toMatchObject({ id: 'digits/1', formats: expect.any(Array) });
    },
    missing: [404, (ari) => ari.sounds.get({ soundId: NIX })],
  },
  'deviceStates.list': {
    works: async (stage) => {
      const device = { name: `Stasis:${stage.name()}`, state: 'BUSY' } as const;
      await stage.ari.deviceStates.update({ deviceName: device.name, deviceState: device.state });
      expect(await stage.ari.deviceStates.list()).toContainEqual(device);
    },
  },
  'deviceStates.get': {
    // Every device has a state: one that does not exist is INVALID.
    works: async ({ ari }) => {
      expect(await ari.deviceStates.get({ deviceName: NIX })).toEqual({ name: NIX, state: 'INVALID' });
    },
  },
  'deviceStates.update': {
    works: async (stage) => {
      const deviceName = `Stasis:${stage.name()}`;
      await nothing(stage.ari.deviceStates.update({ deviceName, deviceState: 'INUSE' }));
      expect(await stage.ari.deviceStates.get({ deviceName })).toEqual({ name: deviceName, state: 'INUSE' });
    },
    missing: [409, (ari) => ari.deviceStates.update({ deviceName: `PJSIP/${NIX}`, deviceState: 'INUSE' })],
  },
  'deviceStates.delete': {
    works: async (stage) => {
      const deviceName = `Stasis:${stage.name()}`;
      await stage.ari.deviceStates.update({ deviceName, deviceState: 'INUSE' });
      await nothing(stage.ari.deviceStates.delete({ deviceName }));
    },
    missing: [409, (ari) => ari.deviceStates.delete({ deviceName: `PJSIP/${NIX}` })],
  },
  // Debian builds Asterisk without external mailboxes: these commands exist in the description alone.
  'mailboxes.list': { missing: [404, (ari) => ari.mailboxes.list()] },
  'mailboxes.get': { missing: [404, (ari) => ari.mailboxes.get({ mailboxName: NIX })] },
  'mailboxes.update': {
    missing: [404, (ari) => ari.mailboxes.update({ mailboxName: NIX, oldMessages: 1, newMessages: 2 })],
  },
  'mailboxes.delete': { missing: [404, (ari) => ari.mailboxes.delete({ mailboxName: NIX })] },
  'events.userEvent': {
    works: async (stage) => {
      const channelId = await stage.channel();
      const variables = { a: 'ä', nested: { list: [1, null] } };
      const about = { application: APP, source: `channel:${channelId}`, variables };
      await nothing(stage.ari.events.userEvent({ eventName: 'my event', ...about }));
      const { userevent } = await stage.event(
        'it',
        ({ type, eventname, channel }) =>
          type === 'ChannelUserevent' &&
          eventname === 'my event' &&
          (channel as { id: string } | undefined)?.id === channelId,
      );
      expect(userevent).toMatchObject(variables);
    },
    missing: [404, (ari) => ari.events.userEvent({ eventName: 'x', application: NIX })],
  },
  'events.claimChannel': {
    works: async (stage) => {
      const channelId = stage.id();
      const caller = { channelId: stage.id(), otherChannelId: channelId, endpoint: 'Local/broadcast@default' };
      await stage.ari.channels.originateWithId({ ...caller, app: APP });
      await stage.event(
        'CallBroadcast',
        ({ type, channel }) => type === 'CallBroadcast' && (channel as { id: string }).id === channelId,
      );
      await nothing(stage.ari.events.claimChannel({ channelId, application: APP }));
      await stage.inStasis(channelId);
    },
    missing: [404, (ari) => ari.events.claimChannel({ channelId: NIX, application: APP })],
  },
  'applications.list': {
    works: async ({ ari }) => expect((await ari.applications.list()).map(({ name }) => name)).toContain(APP),
  },
  'applications.get': {
    works: async (stage) => {
      const channelId = await stage.channel();
      const app = await stage.ari.applications.get({ applicationName: APP });
      expect(app.channel_ids).toContain(channelId);
    },
    missing: [404, (ari) => ari.applications.get(noApp)],
  },
  'applications.subscribe': {
    works: async (stage) => {
      const [one, two] = [await stage.bridge(), await stage.bridge()];
      const eventSource = [`bridge:${one}`, `bridge:${two}`];
      const app = await stage.ari.applications.subscribe({ applicationName: APP, eventSource });
      expect(app.bridge_ids).toEqual(expect.arrayContaining([one, two]));
    },
    missing: [404, (ari) => ari.applications.subscribe({ ...noApp, eventSource: 'deviceState:x' })],
  },
  'applications.unsubscribe': {
    works: async (stage) => {
      const on = { applicationName: APP, eventSource: `deviceState:Stasis:${stage.name()}` };
      await stage.ari.applications.subscribe(on);
      const app = await stage.ari.applications.unsubscribe(on);
      expect(app.device_names).not.toContain(on.eventSource.slice('deviceState:'.length));
      await expect(stage.ari.applications.unsubscribe(on)).rejects.toMatchObject({ kind: 'rejected', status: 422 });
    },
    missing: [404, (ari) => ari.applications.unsubscribe({ ...noApp, eventSource: 'deviceState:x' })],
  },
  'applications.filter': {
    works: async ({ ari }) => {
      const filter = { disallowed: [{ type: 'ChannelVarset' }] };
      const app = await ari.applications.filter({ applicationName: APP, filter });
      expect(app.events_disallowed).toEqual(filter.disallowed);
      expect((await ari.applications.filter({ applicationName: APP, filter: {} })).events_disallowed).toEqual([]);
    },
    missing: [404, (ari) => ari.applications.filter({ ...noApp, filter: {} })],
  },
} satisfies Partial<Record<OperationName, Row>>;
