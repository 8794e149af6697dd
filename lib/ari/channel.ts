import type { CallOptions } from './call-options.ts';
import type { AriClient } from './client.ts';
import { AriError } from './errors.ts';
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
  /**
   * Reads a variable, or a dialplan function, that may be absent.
   *
   * @param name such as `CAMPAIGN`, `CALLERID(num)` or `PJSIP_HEADER(read,X-Tenant)`
   * @returns the value; `undefined` where the variable is not set, and where a SIP header (`PJSIP_HEADER(read,…)`), an
   *   entry of `DB(…)`, a `SHARED(…)` variable or a `GROUP(…)` is not there
   * @throws AriError: `gone` where the channel is, `rejected` where the function does not exist
   * @example
   * const tenant = (await channel.variable('PJSIP_HEADER(read,X-Tenant)')) ?? 'public';
   */
  variable(name: string, options?: CallOptions): Promise<string | undefined>;
  /** All of ARI on the channel's node: for what is not a command of a channel. */
  readonly ari: AriClient;
}

type Command = (params: Record<string, unknown>, options?: CallOptions) => unknown;

const COMMANDS = Object.entries(operations.channels)
  .filter(([, template]) => template.includes('{channelId}'))
  .map(([name]) => name);

/**
 * The commands of `ari.channels` bound to one channel, be it another than the event's.
 *
 * @example
 * const agent = channelHandle(ari, event.args[1] ?? '');
 * await agent.play({ media: 'sound:beep' });
 */
export function channelHandle(ari: AriClient, channelId: string): ChannelHandle {
  const all = ari.channels as unknown as Record<string, Command>;
  const bound: Record<string, unknown> = {
    id: channelId,
    ari,
    variable: (name: string, options?: CallOptions) => variableOf(ari, channelId, name, options),
  };
  for (const name of COMMANDS) {
    bound[name] = (params?: object, options?: CallOptions) => all[name]?.({ ...params, channelId }, options);
  }
  return bound as unknown as ChannelHandle;
}

async function variableOf(
  ari: AriClient,
  channelId: string,
  name: string,
  options?: CallOptions,
): Promise<string | undefined> {
  try {
    return (await ari.channels.getChannelVar({ channelId, variable: name }, options)).value;
  } catch (error) {
    // Gone is the value, and not the channel.
    if (error instanceof AriError && error.kind === 'gone' && !/channel/i.test(error.said ?? '')) return undefined;
    throw error;
  }
}
