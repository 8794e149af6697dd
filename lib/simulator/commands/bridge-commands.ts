import type { Bridge } from '../bridge/bridge.ts';
import type { Control } from '../control.ts';
import { channelNotFound, notInStasis, Refusal } from '../refusal.ts';
import { atOnce } from '../threads.ts';
import type { World } from '../world.ts';
import type { Commands } from './command.ts';
import { playOnBridge, recordBridge } from './media-commands.ts';
import { type CommandResult, NO_CONTENT, type Params, variablesOf } from './params.ts';

export const bridgeCommands: Commands = {
  'bridges.list': (world) => [200, world.bridges.list],
  'bridges.get': (world, params) => [200, world.bridges.known(params.id('bridgeId'))],
  'bridges.create': (world, params) => {
    const id = params.text('bridgeId');
    // An id in a body is looked at too late.
    const inQuery = params.body === undefined || params.field('bridgeId') === undefined;
    if (id && inQuery) world.bridges.checkFree(id);
    try {
      // Of this command alone, the whole body is the variables.
      return created(world.bridges.create(id, params.text('name') ?? '', params.text('type')), params.body);
    } catch (error) {
      if (!(error instanceof Refusal) || !/^Unable|already exists$/.test(error.message)) throw error;
      throw new Refusal(500, `Unable to create bridge. Possible duplicate bridge id '${id ?? '(null)'}'`);
    }
  },
  'bridges.createWithId': (world, params) => {
    world.bridges.checkFree(params.id('bridgeId'));
    const bridge = world.bridges.create(params.id('bridgeId'), params.text('name') ?? '', params.text('type'));
    return created(bridge, params.field('variables'));
  },
  'bridges.destroy': (world, params) => {
    destroy(world, world.bridges.get(params.id('bridgeId')));
    return NO_CONTENT;
  },
  'bridges.addChannel': async (world, params) => {
    const bridge = world.bridges.get(params.id('bridgeId'));
    const members = membersOf(world, params);
    for (const control of members) control.seatOptions = { absorbsDigits: params.flag('absorbDTMF') };
    // The request refers to the bridge until its last command is over.
    let left = members.length;
    for (const _ of members) bridge.refer();
    const over = (): void => {
      left -= 1;
      bridge.letGo();
    };
    try {
      for (const control of members) {
        if (control.recordings > 0) throw new Refusal(409, `Channel ${control.channel.id} currently recording`);
        await control.send(() => world.stasis.seat(control, bridge), over);
      }
    } finally {
      while (left > 0) over();
    }
    return NO_CONTENT;
  },
  'bridges.removeChannel': async (world, params) => {
    const bridge = world.bridges.get(params.id('bridgeId'));
    const members = membersOf(world, params);
    if (members.some((control) => control.bridge !== bridge)) throw new Refusal(422, 'Channel not in this bridge');
    for (const control of members) {
      await control.send(function* () {
        if (control.bridge !== bridge || !control.seat) return -1;
        yield* control.seat.depart();
        yield* world.outgoing.ringOn(control);
        return 0;
      });
    }
    return NO_CONTENT;
  },
  'bridges.setVideoSource': async (world, params) => {
    const bridge = world.bridges.get(params.id('bridgeId'));
    const control = memberOf(world, params.id('channelId'));
    if (control.bridge !== bridge) throw new Refusal(422, 'Channel not in this bridge');
    await control.send(() =>
      atOnce(() => {
        bridge.showVideoOf(control.channel.id);
        return 0;
      }),
    );
    return NO_CONTENT;
  },
  'bridges.clearVideoSource': (world, params) => {
    world.bridges.get(params.id('bridgeId')).forgetVideoSource();
    return NO_CONTENT;
  },
  'bridges.startMoh': (world, params) => {
    world.bridges.startMusic(world.bridges.get(params.id('bridgeId')));
    return NO_CONTENT;
  },
  'bridges.stopMoh': (world, params) => {
    world.bridges.stopMusic(world.bridges.get(params.id('bridgeId')));
    return NO_CONTENT;
  },
  'bridges.play': playOnBridge,
  'bridges.playWithId': playOnBridge,
  'bridges.record': recordBridge,
};

/** A bridge whose variables are refused is there all the same. */
function created(bridge: Bridge, variables: unknown): CommandResult {
  for (const { name, value, isReported } of variablesOf(variables)) bridge.set(name.trim(), value, isReported);
  return [200, bridge.snapshot];
}

function destroy(world: World, bridge: Bridge): void {
  world.bridges.destroy(bridge);
  for (const { id } of [...bridge.members]) world.stasis.find(id)?.seat?.leave();
  world.threads.start(
    (function* () {
      for (const member of [...bridge.members]) {
        while (member.bridgeId === bridge.id) yield member.changed;
      }
      // Apps whose channels have left hear of it no more.
      yield world.threads.turn();
      yield world.threads.turn();
      bridge.endWith(() => world.bridges.tellOfEnd(bridge));
    })(),
  );
}

function membersOf(world: World, params: Params): Control[] {
  const members = params
    .list('channel')
    .filter((id) => id !== '')
    .map((id) => memberOf(world, id));
  if (members.length === 0) throw new Refusal(400, 'Missing parameter channel');
  return members;
}

function memberOf(world: World, id: string): Control {
  const control = world.stasis.find(id);
  if (control) return control;
  if (world.channels.find(id)) throw notInStasis(422);
  throw new Refusal(400, channelNotFound().message);
}
