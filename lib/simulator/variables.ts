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

const MODULES = ['res_pjsip_header_funcs.so', 'func_db.so', 'func_global.so', 'func_groupcount.so'];

export function readVariable({ snapshot, variables, headers }: SimulatedChannel, name: string | undefined): string {
  if (!name) throw new Refusal(400, 'Variable name is required');
  const module = /^IFMODULE\((.*)\)$/.exec(name)?.[1];
  if (module !== undefined) return MODULES.includes(module) ? '1' : '0';
  const header = headers.get(/^PJSIP_HEADER\(read,([^,]+)(?:,1)?\)$/i.exec(name)?.[1]?.toLowerCase() ?? '');
  if (header !== undefined) return header;
  const read = FUNCTIONS[name];
  if (!read && name.includes('(')) throw new Refusal(500, 'Unable to read provided function');
  const value = read ? read(snapshot) : variables.get(name);
  if (value === undefined) throw new Refusal(404, 'Provided variable was not found');
  return value;
}
