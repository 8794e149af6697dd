import { evaluatedFunction } from '../dialplan/evaluation.ts';
import { assign, report } from '../dialplan/functions.ts';
import { variable } from '../dialplan/variables.ts';
import { Refusal } from '../refusal.ts';
import { atOnce } from '../threads.ts';
import type { World } from '../world.ts';
import type { Commands } from './command.ts';
import { NO_CONTENT, type Params, variablesOf } from './params.ts';

/** Variables of channels, of bridges, and of all of Asterisk. */
export const variableCommands: Commands = {
  'channels.getChannelVar': (world, params) => {
    const name = params.text('variable');
    if (!name) throw new Refusal(400, 'Variable name is required');
    return [200, { value: read(world, params, name) }];
  },
  'channels.getChannelVars': (world, params) => {
    const names = params.list('variables');
    if (names.length === 0) throw new Refusal(400, 'At least one variable name is required');
    found(world, params);
    const entries = names.map((given) => {
      const name = given.trim();
      if (name === '') throw new Refusal(400, 'Variable names are required');
      return [name, read(world, params, name)];
    });
    return [200, { variables: Object.fromEntries(entries) }];
  },
  'channels.setChannelVar': async (world, params) => {
    const name = params.text('variable');
    if (!name) throw new Refusal(400, 'Variable name is required');
    world.stasis.control(params.id('channelId'));
    const value = params.text('value');
    // Asterisk 22.10 crashes here: nobody should rely on what comes then.
    if (name.endsWith(')') && value === undefined) throw new Refusal(400, 'Missing parameter value');
    await set(world, params, [{ name, value, isReported: params.flag('report_events') }]);
    return NO_CONTENT;
  },
  'channels.setChannelVars': async (world, params) => {
    if (params.body === undefined) throw new Refusal(400, "The 'variables' field is required");
    found(world, params);
    world.stasis.control(params.id('channelId'));
    const given = params.field('variables');
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new Refusal(400, "The 'variables' field must be a JSON object");
    }
    const settings = variablesOf(given);
    if (settings.length > 0) await set(world, params, settings);
    return NO_CONTENT;
  },
  'bridges.getBridgeVar': (world, params) => {
    const name = params.text('variable');
    if (!name) throw new Refusal(400, 'Variable name is required');
    const value = world.bridges.get(params.id('bridgeId')).variables.get(name);
    if (value === undefined) throw new Refusal(404, 'Provided variable was not found');
    return [200, { value }];
  },
  'bridges.setBridgeVar': (world, params) => {
    const name = params.text('variable');
    if (!name) throw new Refusal(400, 'Variable name is required');
    const bridge = world.bridges.get(params.id('bridgeId'));
    bridge.set(name.trim(), params.text('value'), params.flag('report_events'));
    bridge.publish();
    return NO_CONTENT;
  },
  'bridges.getBridgeVars': (world, params) => {
    const names = params.list('variables');
    if (names.length === 0) throw new Refusal(400, 'At least one variable name is required');
    const bridge = world.bridges.find(params.id('bridgeId'));
    if (!bridge) throw new Refusal(404, 'Provided bridge was not found');
    const entries = names.map((given) => {
      const name = given.trim();
      if (name === '') throw new Refusal(400, 'Variable names are required');
      const value = bridge.variables.get(name);
      if (value === undefined) throw new Refusal(404, 'Provided variable was not found');
      return [name, value];
    });
    return [200, { variables: Object.fromEntries(entries) }];
  },
  'bridges.setBridgeVars': (world, params) => {
    if (params.body === undefined) throw new Refusal(400, "The 'variables' field is required");
    const bridge = world.bridges.find(params.id('bridgeId'));
    if (!bridge) throw new Refusal(404, 'Provided bridge was not found');
    const given = params.field('variables');
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new Refusal(400, "The 'variables' field must be a JSON object");
    }
    for (const { name, value, isReported } of variablesOf(given)) {
      bridge.set(name.trim(), value, isReported);
      bridge.publish();
    }
    return NO_CONTENT;
  },
  // A variable that nobody set is empty, and no 404 as it is for channels.
  'asterisk.getGlobalVar': (world, params) => {
    const name = params.text('variable');
    if (!name) throw new Refusal(400, 'Variable name is required');
    return [200, { value: world.globals.get(name) ?? '' }];
  },
  'asterisk.setGlobalVar': (world, params) => {
    const name = params.text('variable');
    if (!name) throw new Refusal(400, 'Variable name is required');
    const value = params.text('value');
    if (value === undefined) world.globals.delete(name);
    else world.globals.set(name, value);
    return NO_CONTENT;
  },
};

function found(world: World, params: Params) {
  const channel = world.channels.find(params.id('channelId'));
  if (!channel) throw new Refusal(404, 'Provided channel was not found');
  return channel;
}

function read(world: World, params: Params, name: string): string {
  const channel = found(world, params);
  const value = name.endsWith(')')
    ? evaluatedFunction(channel, name)
    : (variable(channel, name) ?? world.globals.get(name));
  if (value !== undefined) return value;
  if (name.endsWith(')')) throw new Refusal(500, 'Unable to read provided function');
  throw new Refusal(404, 'Provided variable was not found');
}

interface Setting {
  name: string;
  /** Without one, the variable is removed. */
  value: string | undefined;
  isReported: boolean;
}

/** One after the other in the channel's turn; refused where the channel has left its app before. */
async function set(world: World, params: Params, settings: readonly Setting[]): Promise<void> {
  const control = world.stasis.control(params.id('channelId'));
  const { channel } = control;
  for (const { name, value, isReported } of settings) {
    const result = await control.send(() =>
      atOnce(() => {
        report(channel, name.trim(), isReported);
        assign(channel, name.trim(), value);
        return 0;
      }),
    );
    if (result !== 0) throw new Refusal(400, 'Failed to execute function');
  }
}
