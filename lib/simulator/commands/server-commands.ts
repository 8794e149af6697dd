import type { App } from '../app/app.ts';
import { ASTERISK_ID, ariTime } from '../app/apps.ts';
import { Refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import type { Command, Commands } from './command.ts';
import { type CommandResult, NO_CONTENT, type Params } from './params.ts';

/** Apps, devices, endpoints, sounds, events of an app's own, and Asterisk itself. */
export const serverCommands: Commands = {
  'asterisk.ping': (world) => [200, { asterisk_id: ASTERISK_ID, ping: 'pong', timestamp: ariTime(world.clock.now()) }],
  'asterisk.getInfo': (world, params) => {
    const only = params.list('only').filter((part) => part !== '');
    const parts = Object.entries(world.info).filter(([name]) => only.length === 0 || only.includes(name));
    return [200, Object.fromEntries(parts)];
  },

  'applications.list': (world) => [200, world.apps.list.map(({ json }) => json)],
  'applications.get': (world, params) => [200, world.apps.get(params.id('applicationName')).json],
  'applications.subscribe': subscription(subscribe),
  'applications.unsubscribe': subscription(unsubscribe),
  'applications.filter': (world, params) => {
    const app = world.apps.get(params.id('applicationName'));
    app.filter(params.body);
    return [200, app.json];
  },

  'deviceStates.list': (world) => [200, world.deviceStates.list],
  'deviceStates.get': (world, params) => [200, world.deviceStates.get(params.id('deviceName'))],
  'deviceStates.update': (world, params) => {
    world.deviceStates.update(params.id('deviceName'), params.text('deviceState'));
    return NO_CONTENT;
  },
  'deviceStates.delete': (world, params) => {
    world.deviceStates.delete(params.id('deviceName'));
    return NO_CONTENT;
  },

  'endpoints.list': (world) => [200, world.endpoints.map((id) => endpointOf(world, id))],
  'endpoints.listByTech': (world, params) => {
    const technology = params.id('tech');
    if (!isTechnology(world, technology)) throw new Refusal(404, `No Endpoints found - invalid tech ${technology}`);
    const own = world.endpoints.filter((id) => id.startsWith(`${technology}/`));
    return [200, own.map((id) => endpointOf(world, id))];
  },
  'endpoints.get': (world, params) => [200, endpoint(world, params)],
  'endpoints.sendMessage': message('to'),
  'endpoints.sendMessageToEndpoint': messageToEndpoint,
  'endpoints.refer': message('to'),
  'endpoints.referToEndpoint': messageToEndpoint,

  'sounds.list': (world, params) => {
    const sounds = world.library.sounds.map(soundOf).filter((sound) => {
      const [format, lang] = [params.text('format'), params.text('lang')];
      return sound.formats.some((one) => (!format || one.format === format) && (!lang || one.language === lang));
    });
    if (sounds.length === 0) throw new Refusal(404, 'No sounds found that matched the query');
    return [200, sounds];
  },
  'sounds.get': (world, params) => {
    const id = params.id('soundId');
    if (world.library.file(id, 'en') === undefined) throw new Refusal(404, 'Sound not found');
    return [200, soundOf(id)];
  },

  // Debian builds Asterisk without external mailboxes: these commands exist in the description alone.
  'mailboxes.list': noMailboxes,
  'mailboxes.get': noMailboxes,
  'mailboxes.update': noMailboxes,
  'mailboxes.delete': noMailboxes,

  'events.userEvent': (world, params) => {
    const name = params.text('application');
    if (!name) throw new Refusal(400, 'Missing parameter application');
    const given = params.field('variables');
    const variables = typeof given === 'object' && given !== null ? given : {};
    world.userEvent(params.id('eventName'), name, params.list('source'), variables as Record<string, unknown>);
    return NO_CONTENT;
  },
  'events.claimChannel': (_, params) => {
    if (!params.text('channelId')) throw new Refusal(400, 'channelId parameter is required');
    if (!params.text('application')) throw new Refusal(400, 'application parameter is required');
    // The simulated dialplan has no `StasisBroadcast()`.
    throw new Refusal(404, 'Channel not found or not in broadcast state');
  },
};

function subscription(act: (world: World, app: App, scheme: string, id: string) => void): Command {
  return (world, params) => {
    const sources = params.list('eventSource');
    if (sources.length === 0) throw new Refusal(400, 'Missing parameter eventSource');
    const app = world.apps.get(params.id('applicationName'));
    for (const source of sources) {
      const [, scheme = '', id = ''] = /^(channel|bridge|endpoint|deviceState):(.*)$/s.exec(source) ?? [];
      if (scheme === '') throw new Refusal(400, 'Invalid event source URI scheme');
      act(world, app, scheme, id);
    }
    return [200, app.json];
  };
}

function subscribe(world: World, app: App, scheme: string, id: string): void {
  if (scheme === 'deviceState') {
    if (!world.deviceStates.isSubscribed(app, id)) app.devices.add(id);
    return;
  }
  const exists = {
    channel: () => world.channels.find(id) !== undefined,
    bridge: () => world.bridges.find(id) !== undefined,
    endpoint: () => world.hasEndpoint(id) || isTechnology(world, id),
  }[scheme];
  if (!exists?.()) throw new Refusal(422, 'Event source does not exist');
  app.subscribe(scheme as 'channel' | 'bridge' | 'endpoint', id);
}

function unsubscribe(world: World, app: App, scheme: string, id: string): void {
  const known = scheme === 'deviceState' ? world.deviceStates.isSubscribed(app, id) : app.isSubscribed(id);
  if (!known) throw new Refusal(422, 'Event source was not subscribed to');
  if (scheme === 'deviceState') app.devices.delete(id);
  else app.unsubscribe(id);
}

/** Whether there are, or may be, endpoints of a technology: `PJSIP`. */
function isTechnology(world: World, name: string): boolean {
  return name === 'PJSIP' || world.endpoints.some((id) => id.startsWith(`${name}/`));
}

function endpointOf(world: World, id: string): object {
  const [technology = '', resource = ''] = id.split(/\/(.*)/s);
  const own = world.channels.list.filter(({ name }) => name.startsWith(`${id}-`));
  const state = world.isRegistered(id) ? 'online' : 'offline';
  return { technology, resource, state, channel_ids: own.map((channel) => channel.id) };
}

function endpoint(world: World, params: Params): object {
  const id = `${params.id('tech')}/${params.id('resource')}`;
  if (!world.hasEndpoint(id)) throw new Refusal(404, 'Endpoint not found');
  return endpointOf(world, id);
}

/** Where a message goes, nobody sees in the simulator: what counts is whether there is such an endpoint. */
function message(name: string): Command {
  return (world, params) => {
    checkTexts(params.field('variables'));
    const to = params.text(name);
    if (!to) throw new Refusal(400, 'To must be specified');
    // An address may follow: `pjsip:1001/sip:1001@10.0.0.5`.
    const id = to.replace(/^pjsip:(sip:)?/i, 'PJSIP/').replace(/^(PJSIP\/[^/]*)\/.*$/, '$1');
    if (!world.hasEndpoint(id)) throw new Refusal(404, 'Endpoint not found');
    return [202];
  };
}

function messageToEndpoint(world: World, params: Params): CommandResult {
  endpoint(world, params);
  checkTexts(params.field('variables'));
  return [202];
}

function checkTexts(variables: unknown): void {
  const values = Object.values((variables ?? {}) as object);
  if (values.every((value) => typeof value === 'string')) return;
  throw new Refusal(400, "Only string values in the 'variables' object allowed");
}

function soundOf(id: string): { id: string; formats: { language: string; format: string }[] } {
  return { id, formats: [{ language: 'en', format: 'slin' }] };
}

function noMailboxes(): CommandResult {
  throw new Refusal(404, 'Resource not found');
}
