import { randomUUID } from 'node:crypto';
import { causeOf } from './causes.ts';
import { readExpression } from './evaluation.ts';
import type { OutgoingCall } from './outgoing.ts';
import { Refusal } from './refusal.ts';

import type { SimulatedChannel } from './simulated-channel.ts';
import type { World } from './world.ts';

/** A command's parameters, from its path, its query and its body. */
export type CommandParams = Record<string, unknown>;

/** Status and body of the answer; no body for 204. */
export type CommandResult = [status: number, body?: unknown];

type Command = (world: World, params: CommandParams) => CommandResult | Promise<CommandResult>;

/** The ARI commands that the simulator understands, in the API's own words. */
export const commands: Record<string, Command> = {
  'asterisk.ping': () => [200, { ping: 'pong', timestamp: new Date().toISOString().replace('Z', '+0000') }],
  'asterisk.getInfo': (world) => [200, world.info],

  'applications.list': (world) => [200, world.applications],
  'applications.get': (world, params) => [200, world.application(text(params, 'applicationName'))],
  'applications.subscribe': (world, params) => subscription(world, params, (followers, app) => followers.add(app)),
  'applications.unsubscribe': (world, params) => subscription(world, params, (followers, app) => followers.delete(app)),
  'applications.filter': (world, params) => {
    const app = text(params, 'applicationName');
    world.application(app);
    const disallowed = (params.disallowed ?? []) as { type: string }[];
    world.apps.filter(
      app,
      disallowed.map(({ type }) => type),
    );
    return [200, world.application(app)];
  },

  'channels.list': (world) => [200, world.channels.list.map(({ snapshot }) => snapshot)],
  'channels.get': (world, params) => [200, world.channels.get(text(params, 'channelId')).snapshot],
  'channels.originate': (world, params) => [200, world.outgoing.originate(callOf(params))],
  'channels.originateWithId': (world, params) => [200, world.outgoing.originate(callOf(params))],
  'channels.create': (world, params) => [200, world.outgoing.create(callOf(params))],
  'channels.dial': (world, params) => {
    world.outgoing.dial(text(params, 'channelId'), Number(params.timeout ?? -1));
    return [204];
  },
  'channels.answer': async (world, params) => {
    await world.channels.answer(text(params, 'channelId'));
    return [204];
  },
  'channels.hangup': (world, params) => {
    const id = text(params, 'channelId');
    world.channels.get(id);
    world.channels.hangup(id, causeOf(optional(params, 'reason'), optional(params, 'reason_code')));
    return [204];
  },
  'channels.move': (world, params) => {
    world.channels.move(text(params, 'channelId'), text(params, 'app'), list(params.appArgs));
    return [204];
  },
  'channels.continueInDialplan': (world, params) => {
    world.channels.continueInDialplan(text(params, 'channelId'), optional(params, 'extension'));
    return [204];
  },
  'channels.sendDTMF': (world, params) => {
    const { peer } = world.channels.inStasis(text(params, 'channelId'));
    if (!params.dtmf) throw new Refusal(400, 'DTMF is required');
    for (const digit of text(params, 'dtmf')) if (peer) world.channels.pressDigit(peer, digit);
    return [204];
  },
  'channels.mute': needsDirection,
  'channels.unmute': needsDirection,
  // What the caller hears of these, no event tells.
  ...Object.fromEntries(
    ['ring', 'ringStop', 'progress', 'hold', 'unhold', 'startMoh', 'stopMoh', 'startSilence', 'stopSilence'].map(
      (name): [string, Command] => [`channels.${name}`, inStasisOnly],
    ),
  ),
  'channels.play': play('channel'),
  'channels.playWithId': play('channel'),
  'channels.record': record('channel'),
  'channels.getChannelVar': (world, params) => {
    const channel = world.channels.find(text(params, 'channelId'));
    if (!channel) throw new Refusal(404, 'Provided channel was not found');
    const assign = (name: string, value: string): void => setVariable(world, channel, name, value);
    return [200, { value: readExpression(channel, optional(params, 'variable'), assign) }];
  },
  'channels.setChannelVar': (world, params) => {
    if (!params.variable) throw new Refusal(400, 'Variable name is required');
    return setVariables(world, params, { [text(params, 'variable')]: params.value });
  },
  'channels.setChannelVars': (world, params) => setVariables(world, params, variablesOf(params)),
  'channels.snoopChannel': snoop,
  'channels.snoopChannelWithId': snoop,

  'playbacks.get': (world, params) => [200, world.playbacks.get(text(params, 'playbackId')).snapshot],
  'playbacks.stop': (world, params) => {
    world.playbacks.get(text(params, 'playbackId')).stop();
    return [204];
  },
  'playbacks.control': (world, params) => {
    world.playbacks.get(text(params, 'playbackId')).control(text(params, 'operation'));
    return [204];
  },

  'recordings.listStored': (world) => [200, world.recordings.stored],
  'recordings.getStored': (world, params) => [200, world.recordings.storedOne(text(params, 'recordingName'))],
  'recordings.copyStored': (world, params) => {
    return [200, world.recordings.copy(text(params, 'recordingName'), text(params, 'destinationRecordingName'))];
  },
  'recordings.deleteStored': (world, params) => {
    world.recordings.deleteStored(text(params, 'recordingName'));
    return [204];
  },
  'recordings.getLive': (world, params) => [200, world.recordings.live(text(params, 'recordingName')).snapshot],
  'recordings.stop': live((recording) => recording.finish()),
  'recordings.cancel': live((recording) => recording.finish(false)),
  'recordings.pause': live((recording) => recording.pause(true)),
  'recordings.unpause': live((recording) => recording.pause(false)),
  'recordings.mute': live(() => {}),
  'recordings.unmute': live(() => {}),

  'bridges.list': (world) => [200, world.bridges.list],
  'bridges.get': (world, params) => [200, world.bridges.get(text(params, 'bridgeId')).snapshot],
  'bridges.create': createBridge,
  'bridges.createWithId': createBridge,
  'bridges.addChannel': async (world, params) => {
    await world.bridges.add(...membersOf(world, params));
    return [204];
  },
  'bridges.removeChannel': async (world, params) => {
    await world.bridges.remove(...membersOf(world, params));
    return [204];
  },
  'bridges.destroy': (world, params) => {
    world.bridges.destroy(text(params, 'bridgeId'), (id) => world.channels.find(id));
    return [204];
  },
  'bridges.play': play('bridge'),
  'bridges.playWithId': play('bridge'),
  'bridges.record': record('bridge'),

  'events.userEvent': (world, params) => {
    if (!params.application) throw new Refusal(400, 'Missing parameter application');
    const source = optional(params, 'source')?.replace(/^channel:/, '');
    world.userEvent(text(params, 'eventName'), text(params, 'application'), source, variablesOf(params));
    return [204];
  },
};

/** A parameter; empty where it was not given. */
function text(params: CommandParams, name: string): string {
  return optional(params, name) ?? '';
}

function optional(params: CommandParams, name: string): string | undefined {
  const value = params[name];
  return value === undefined ? undefined : String(value);
}

/** `a,b`, or a list in a body. */
function list(value: unknown): string[] {
  return value === undefined || value === '' ? [] : String(value).split(',');
}

function variablesOf({ variables = {} }: CommandParams): Record<string, unknown> {
  return variables as Record<string, unknown>;
}

function subscription(
  world: World,
  params: CommandParams,
  change: (followers: Set<string>, app: string) => void,
): CommandResult {
  const app = text(params, 'applicationName');
  world.application(app);
  for (const source of list(params.eventSource)) {
    const channel = world.channels.find(source.replace(/^channel:/, ''));
    if (!channel) throw new Refusal(422, 'Event source does not exist');
    change(channel.followers, app);
  }
  return [200, world.application(app)];
}

function inStasisOnly(world: World, params: CommandParams): CommandResult {
  world.channels.inStasis(text(params, 'channelId'));
  return [204];
}

/** Asterisk does not fill the direction in that its own description calls the default. */
function needsDirection(world: World, params: CommandParams): CommandResult {
  world.channels.inStasis(text(params, 'channelId'));
  if (!params.direction) throw new Refusal(400, 'Direction is required');
  return [204];
}

function callOf(params: CommandParams): OutgoingCall {
  return {
    endpoint: optional(params, 'endpoint'),
    app: optional(params, 'app'),
    args: list(params.appArgs),
    extension: optional(params, 'extension'),
    id: optional(params, 'channelId'),
    otherId: optional(params, 'otherChannelId'),
    callerId: text(params, 'callerId'),
    timeout: Number(params.timeout ?? 30),
    variables: variablesOf(params),
  };
}

function targetOf(kind: 'channel' | 'bridge', world: World, params: CommandParams) {
  return kind === 'channel'
    ? world.channels.target(text(params, 'channelId'))
    : world.bridges.target(text(params, 'bridgeId'));
}

function play(kind: 'channel' | 'bridge'): Command {
  return (world, params) => {
    const id = optional(params, 'playbackId') ?? randomUUID();
    return [201, world.playbacks.play(targetOf(kind, world, params), id, list(params.media))];
  };
}

function record(kind: 'channel' | 'bridge'): Command {
  return (world, params) => {
    const wish = {
      name: text(params, 'name'),
      format: text(params, 'format'),
      maxDuration: Number(params.maxDurationSeconds ?? 0),
      ifExists: optional(params, 'ifExists') ?? 'fail',
      terminateOn: optional(params, 'terminateOn') ?? 'none',
    };
    return [201, world.recordings.record(targetOf(kind, world, params), wish)];
  };
}

function live(act: (recording: ReturnType<World['recordings']['live']>) => void): Command {
  return (world, params) => {
    act(world.recordings.live(text(params, 'recordingName')));
    return [204];
  };
}

async function setVariables(
  world: World,
  params: CommandParams,
  variables: Record<string, unknown>,
): Promise<CommandResult> {
  const channel = world.channels.inStasis(text(params, 'channelId'));
  await channel.queue.inTurn(() => {
    for (const [variable, given] of Object.entries(variables)) {
      // Without a value it is unset, which no event tells.
      if (given === undefined) {
        channel.variables.delete(variable);
        continue;
      }
      setVariable(world, channel, variable, String(given));
    }
  });
  return [204];
}

function setVariable(world: World, channel: SimulatedChannel, variable: string, value: string): void {
  channel.variables.set(variable, value);
  world.apps.emit(channel.audience(), 'ChannelVarset', { variable, value, channel: channel.snapshot });
}

function snoop(world: World, params: CommandParams): CommandResult {
  const { spy = 'none', whisper = 'none' } = params;
  const directions = ['none', 'both', 'out', 'in'];
  if (!directions.includes(String(spy))) throw new Refusal(400, 'Invalid direction specified for spy');
  if (!directions.includes(String(whisper))) throw new Refusal(400, 'Invalid direction specified for whisper');
  if (spy === 'none' && whisper === 'none') {
    throw new Refusal(400, 'Direction must be specified for at least spy or whisper');
  }
  if (!params.app) throw new Refusal(400, 'Application name is required');
  const args = list(params.appArgs);
  return [200, world.snoop(text(params, 'channelId'), optional(params, 'snoopId'), text(params, 'app'), args)];
}

function createBridge(world: World, params: CommandParams): CommandResult {
  return [200, world.bridges.create(optional(params, 'bridgeId') ?? randomUUID(), text(params, 'name'))];
}

function membersOf(world: World, params: CommandParams) {
  const bridgeId = text(params, 'bridgeId');
  const ids = list(params.channel);
  world.bridges.get(bridgeId);
  if (ids.length === 0) throw new Refusal(400, 'Missing parameter channel');
  return [bridgeId, ids.map((id) => world.channels.find(id))] as const;
}
