import type { Channel } from '../channel/channel.ts';

/** Variables of a channel. A name that begins with `_` is inherited by a channel that it calls, with `__` by all after it. */
export function bareName(name: string): string {
  return name.replace(/^__?/, '');
}

/** Sets a variable, or removes it where no value is given, and emits the event. */
export function setVariable(channel: Channel, name: string, value: string | undefined): void {
  const bare = bareName(name);
  const before = channel.variables.get(bare);
  channel.variables.delete(bare);
  if (value !== undefined) channel.variables.set(bare, { name, value });
  else if (!before?.value) return;
  channel.publish();
  channel.tell('ChannelVarset', { variable: name, value: value ?? '', channel: channel.known });
}

/** A variable, or what Asterisk knows of the channel by such a name. */
export function variable(channel: Channel, name: string): string | undefined {
  const built = BUILT_IN[name];
  return built ? built(channel) : channel.variables.get(name)?.value;
}

const BUILT_IN: Record<string, (channel: Channel) => string> = {
  EXTEN: ({ exten }) => exten,
  CONTEXT: ({ context }) => context,
  PRIORITY: ({ priority }) => String(priority),
  CHANNEL: ({ name }) => name,
  UNIQUEID: ({ id }) => id,
  EPOCH: ({ now }) => String(Math.floor(now.getTime() / 1000)),
  ASTSPOOLDIR: () => '/var/spool/asterisk',
  HANGUPCAUSE: ({ hangupCause }) => String(hangupCause),
};

/** What a called channel has of the variables of the one that called it. */
export function inherit(from: Channel, to: Channel): void {
  for (const [bare, { name, value }] of from.variables) {
    if (!name.startsWith('_')) continue;
    setVariable(to, name.startsWith('__') ? `__${bare}` : bare, value);
  }
}
