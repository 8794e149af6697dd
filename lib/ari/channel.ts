import type { CallOptions } from './call-options.ts';
import type { AriClient } from './client.ts';
import { type OneChannel, operations } from './generated/operations.ts';

/**
 * One channel to command: `channel.answer()` is `ari.channels.answer({ channelId: channel.id })`.
 *
 * @example
 * await channel.answer();
 * await channel.play({ media: 'sound:hello-world' });
 */
export interface ChannelHandle extends OneChannel {
  readonly id: string;
  /** All of ARI on the channel's node: for what is not a command of a channel. */
  readonly ari: AriClient;
}

type Command = (params: Record<string, unknown>, options?: CallOptions) => unknown;

const COMMANDS = Object.entries(operations.channels)
  .filter(([, template]) => template.includes('{channelId}'))
  .map(([name]) => name);

/** The commands of `ari.channels` bound to one channel. */
export function channelHandle(ari: AriClient, channelId: string): ChannelHandle {
  const all = ari.channels as unknown as Record<string, Command>;
  const bound: Record<string, unknown> = { id: channelId, ari };
  for (const name of COMMANDS) {
    bound[name] = (params?: object, options?: CallOptions) => all[name]?.({ ...params, channelId }, options);
  }
  return bound as unknown as ChannelHandle;
}
