import type { Channel } from '../channel/channel.ts';
import type { Dialplan } from '../dialplan.ts';
import type { DialplanFunction } from './dialplan-function.ts';

/** Variables that any channel may set, by the channel's name: one set for each simulated Asterisk. */
const SHARED = new WeakMap<Dialplan, Map<string, Map<string, string>>>();

/** `SHARED(variable,channel)`; without a channel, its own. */
export const SHARED_FUNCTION: DialplanFunction = {
  read: (channel, [name = '', of = channel.name]) => variablesOf(channel, of).get(name),
  write: (channel, [name = '', of = channel.name], value) => void variablesOf(channel, of).set(name, value),
};

function variablesOf({ dialplan }: Channel, name: string): Map<string, string> {
  const all = SHARED.get(dialplan) ?? new Map<string, Map<string, string>>();
  SHARED.set(dialplan, all);
  const found = all.get(name) ?? new Map<string, string>();
  all.set(name, found);
  return found;
}
