import type { Channel } from '../ari/generated/model.ts';
import { Refusal } from './refusal.ts';
import type { SimulatedChannel } from './simulated-channel.ts';

/** The dialplan functions that can be read like variables. */
const FUNCTIONS: Record<string, (channel: Channel) => string> = {
  'CALLERID(num)': ({ caller }) => caller.number,
  'CALLERID(name)': ({ caller }) => caller.name,
  'CHANNEL(state)': ({ state }) => state,
  'CHANNEL(linkedid)': ({ channelvars }) => String(channelvars?.['CHANNEL(linkedid)']),
};

export function readVariable({ snapshot, variables }: SimulatedChannel, name: string | undefined): string {
  if (!name) throw new Refusal(400, 'Variable name is required');
  const read = FUNCTIONS[name];
  if (!read && name.includes('(')) throw new Refusal(500, 'Unable to read provided function');
  const value = read ? read(snapshot) : variables.get(name);
  if (value === undefined) throw new Refusal(404, 'Provided variable was not found');
  return value;
}
