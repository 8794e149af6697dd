import type { Channel } from '../channel/channel.ts';
import type { DialplanFunction } from './dialplan-function.ts';

/** Variables of a channel that any channel may set. */
const SHARED = new WeakMap<Channel, Map<string, string>>();

/** `SHARED(variable,channel)`; without a channel, its own. Nothing is set where there is no such channel. */
export const SHARED_FUNCTION: DialplanFunction = {
  read: (channel, [name = '', of]) => {
    const owner = ownerOf(channel, of);
    const variables = owner && SHARED.get(owner);
    // Once a channel has one, others that are not set are empty.
    return variables && (variables.get(name) ?? '');
  },
  write: (channel, [name = '', of], value) => {
    const owner = ownerOf(channel, of);
    if (!owner) return;
    const variables = SHARED.get(owner) ?? new Map<string, string>();
    SHARED.set(owner, variables);
    variables.set(name, value);
    owner.publish();
    owner.tell('ChannelVarset', { variable: `SHARED(${name})`, value, channel: owner.known });
  },
};

function ownerOf(channel: Channel, name: string | undefined): Channel | undefined {
  return name === undefined ? channel : channel.named(name);
}
