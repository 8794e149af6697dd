import { bridgeCommands } from './bridge-commands.ts';
import { channelCommands } from './channel-commands.ts';
import type { Commands } from './command.ts';
import { mediaCommands } from './media-commands.ts';
import { serverCommands } from './server-commands.ts';
import { variableCommands } from './variable-commands.ts';

/** The ARI commands that the simulator has, by their names: `channels.answer`. */
export const commands: Commands = {
  ...channelCommands,
  ...bridgeCommands,
  ...mediaCommands,
  ...variableCommands,
  ...serverCommands,
};
