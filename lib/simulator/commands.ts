import { randomUUID } from 'node:crypto';
import { Refusal, type World } from './world.ts';

/** A command's parameters, from its path and its query. */
export type CommandParams = Record<string, string | undefined>;

/** Status and body of the answer; no body for 204. */
export type CommandResult = [status: number, body?: unknown];

/** The ARI commands that the simulator understands, in the API's own words. */
export const commands: Record<string, (world: World, params: CommandParams) => CommandResult | Promise<CommandResult>> =
  {
    'asterisk.ping': () => [200, { ping: 'pong', timestamp: new Date().toISOString().replace('Z', '+0000') }],
    'applications.list': (world) => [200, world.apps],

    'channels.list': (world) => [200, world.channels],
    'channels.get': (world, { channelId = '' }) => [200, world.channel(channelId).snapshot],
    'channels.answer': async (world, { channelId = '' }) => {
      await world.answer(channelId);
      return [204];
    },
    'channels.hangup': (world, { channelId = '' }) => {
      world.hangup(channelId);
      return [204];
    },
    'channels.move': (world, { channelId = '', app = '', appArgs }) => {
      world.move(channelId, app, appArgs ? appArgs.split(',') : []);
      return [204];
    },
    'channels.play': (world, { channelId = '', media = '', playbackId = randomUUID() }) => [
      201,
      world.play(channelId, playbackId, media.split(',')),
    ],
    'channels.playWithId': (world, { channelId = '', media = '', playbackId = '' }) => [
      201,
      world.play(channelId, playbackId, media.split(',')),
    ],
    'channels.getChannelVar': (world, { channelId = '', variable = '' }) => {
      const value = world.channel(channelId).variables.get(variable);
      if (value === undefined) throw new Refusal(404, 'Provided variable was not found');
      return [200, { value }];
    },
    'channels.setChannelVar': async (world, { channelId = '', variable = '', value = '' }) => {
      await world.setVariable(channelId, variable, value);
      return [204];
    },

    'playbacks.get': (world, { playbackId = '' }) => [200, world.playback(playbackId)],
    'playbacks.stop': (world, { playbackId = '' }) => {
      world.stopPlayback(playbackId);
      return [204];
    },

    'bridges.list': (world) => [200, world.bridges],
    'bridges.get': (world, { bridgeId = '' }) => [200, world.bridge(bridgeId)],
    'bridges.createWithId': (world, { bridgeId = '', name = '' }) => [200, world.createBridge(bridgeId, name)],
    'bridges.addChannel': async (world, { bridgeId = '', channel = '' }) => {
      for (const channelId of channel.split(',')) await world.addChannel(bridgeId, channelId);
      return [204];
    },
    'bridges.destroy': (world, { bridgeId = '' }) => {
      world.destroyBridge(bridgeId);
      return [204];
    },
  };
