import type { World } from '../world.ts';
import type { CommandResult, Params } from './params.ts';

export type Command = (world: World, params: Params) => CommandResult | Promise<CommandResult>;

/** The commands of one part of ARI, in the API's own words. */
export type Commands = Readonly<Record<string, Command>>;
