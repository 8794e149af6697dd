import type { CallOptions } from './call-options.ts';
import type { AriClient } from './client.ts';
import { AriError } from './errors.ts';

/**
 * Dialplan functions whose value may be absent, and the modules that bring them. Asterisk answers 500 "Unable to read
 * provided function" for a SIP header that the caller did not send, and the same for a function that does not exist:
 * whether it does, `IFMODULE()` tells.
 */
const MODULES: [RegExp, string][] = [
  [/^PJSIP_HEADER\(read,[^,()]+(?:,\d+)?\)$/i, 'res_pjsip_header_funcs.so'],
  [/^DB\([^/()]+\/[^()]+\)$/i, 'func_db.so'],
  [/^SHARED\([^()]+\)$/i, 'func_global.so'],
  [/^GROUP\([^()]*\)$/i, 'func_groupcount.so'],
];

const NOT_SET = 'Provided variable was not found';

/** The value of a channel's variable or dialplan function, `undefined` where there is none. */
export async function variableOf(
  ari: AriClient,
  channelId: string,
  name: string,
  options?: CallOptions,
): Promise<string | undefined> {
  const read = async (variable: string): Promise<string> =>
    (await ari.channels.getChannelVar({ channelId, variable }, options)).value;
  try {
    return await read(name);
  } catch (error) {
    if (!(error instanceof AriError)) throw error;
    if (error.status === 404 && error.said === NOT_SET) return undefined;
    const module = MODULES.find(([pattern]) => pattern.test(name))?.[1];
    if (error.status !== 500 || module === undefined) throw error;
    // Where the function is missing too, the first refusal is what there is to say.
    const isLoaded = await read(`IFMODULE(${module})`).catch(() => '0');
    if (isLoaded !== '1') throw error;
    return undefined;
  }
}
