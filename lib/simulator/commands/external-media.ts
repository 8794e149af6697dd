import { Refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import { type CommandResult, type Params, variablesOf } from './params.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Media from outside: the host that is named answers at once. */
export function externalMedia(world: World, params: Params): CommandResult {
  const variables = variablesOf(params.field('variables'));
  const app = params.text('app');
  if (!app) throw new Refusal(400, 'app cannot be empty');
  const [transport, encapsulation] = [params.text('transport') || 'udp', params.text('encapsulation') || 'rtp'];
  checkTransport(transport, encapsulation);
  const type = params.text('connection_type') || 'client';
  if (transport !== 'websocket' && type === 'server') {
    throw new Refusal(400, "'server' connection_type can only be used with the websocket transport");
  }
  const given = params.text('external_host');
  if (!given && type === 'client') {
    throw new Refusal(400, 'external_host is required for all but websocket server connections');
  }
  const host = given || 'INCOMING';
  if (transport !== 'websocket' && !/^\[?[^[\]]+\]?:\d+$/.test(host)) {
    throw new Refusal(400, 'external_host must be <host>:<port> for all transports other than websocket');
  }
  // The name of a connection in websocket_client.conf.
  if (transport === 'websocket' && type === 'client' && !/^[\w-]+$/.test(host)) {
    throw new Refusal(400, 'external_host must be a valid websocket_client connection id.');
  }
  const format = params.text('format');
  if (!format) throw new Refusal(400, 'format cannot be empty');
  const direction = params.text('direction');
  if (direction && !['both', 'in', 'out'].includes(direction)) throw new Refusal(400, 'Invalid direction specified');
  const data = params.text('data');
  if (encapsulation === 'audiosocket' && !data) throw new Refusal(400, 'data can not be empty');
  if (!['rtp/udp', 'audiosocket/tcp', 'none/websocket'].includes(`${encapsulation}/${transport}`)) {
    throw new Refusal(501, 'The encapsulation and/or transport is not supported');
  }
  const call = {
    ...{ endpoint: '', app, appArgs: data, extension: undefined, context: undefined, priority: 0, label: undefined },
    ...{ id: params.text('channelId') || undefined, otherId: undefined, callerId: undefined, timeout: 0, variables },
    ...{ originator: undefined, formats: format },
  };
  // A server waits for whom nobody is named.
  const isNamed = transport === 'websocket' && type === 'server' && given;
  const known = /^(ulaw|alaw|gsm|g722|g729|opus|slin(12|16|24|32|44|48|96|192)?)$/.test(format);
  const taken = call.id !== undefined && world.channels.isTaken(call.id);
  if (!known || taken || isNamed || (encapsulation === 'audiosocket' && !UUID.test(data ?? ''))) {
    throw new Refusal(500, 'An internal error prevented this request from being handled');
  }
  if (encapsulation === 'rtp') {
    return rtp(world, host, call, format);
  }
  const [technology, name] = encapsulation === 'audiosocket' ? ['AudioSocket', `${host}-${data}`] : ['WebSocket', host];
  return [200, world.outgoing.externalMedia(call, technology, host, `${technology}/${name}-#`)];
}

function rtp(
  world: World,
  host: string,
  call: Parameters<World['outgoing']['externalMedia']>[0],
  format: string,
): CommandResult {
  const port = String(10_000 + 2 * world.channels.list.length);
  const variables = [
    ...call.variables,
    { name: 'UNICASTRTP_LOCAL_ADDRESS', value: '127.0.0.1', isReported: false },
    { name: 'UNICASTRTP_LOCAL_PORT', value: port, isReported: false },
  ];
  const address = `${host}/c(${format})`;
  const channel = world.outgoing.externalMedia({ ...call, variables }, 'UnicastRTP', address, `UnicastRTP/${host}-0x#`);
  // In place of what ari.conf names, the answer has the channel's own variables.
  const channelvars = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  return [200, { ...channel, channelvars }];
}

function checkTransport(transport: string, encapsulation: string): void {
  if (transport === 'websocket' && encapsulation !== 'none') {
    throw new Refusal(400, "encapsulation must be 'none' for websocket transport");
  }
  if (encapsulation === 'rtp' && transport !== 'udp') {
    throw new Refusal(400, "transport must be 'udp' for rtp encapsulation");
  }
  if (encapsulation === 'audiosocket' && transport !== 'tcp') {
    throw new Refusal(400, "transport must be 'tcp' for audiosocket encapsulation");
  }
}
