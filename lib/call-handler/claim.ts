import type { ChannelHandle } from '../ari/channel.ts';
import { unlessGone } from '../ari/errors.ts';
import type { CallEvent } from '../events/call-event.ts';

/**
 * Lets one event of a channel decide something: true for the first event that claims it, and for the same event again,
 * so that a retry continues; false for every other event. The claim is stored in a channel variable, and so valid for
 * all Lambda environments. Asterisk answers at once, also during a playback.
 *
 * Asterisk looks and decides in one command, with its modules func_logic and func_strings. Two commands may overlap by
 * less than a millisecond: then both may return true.
 *
 * @param name names the decision on this channel; letters, digits and `_`
 * @throws AriError, of the kind `gone` where the caller has hung up
 * @example
 * if (!(await claim(channel, 'choice', event))) return; // another digit was first
 */
export async function claim(channel: ChannelHandle, name: string, event: CallEvent): Promise<boolean> {
  const id = event.metadata.id.replace(/[^\w.-]/g, '_'); // nothing that the dialplan would evaluate
  const variable = variableOf(name);
  // Reading this expression sets the variable where it is empty. A command that sets would wait behind a playback.
  const orMine = `\${IF($["\${${variable}}"=""]?${id}:\${${variable}})}`;
  return (await channel.variable(`EVAL(\${SET(${variable}=${orMine})})`)) === id;
}

/**
 * Whether an event has claimed the decision already; false where the caller has hung up.
 *
 * @example
 * if (await isClaimed(channel, 'choice')) return; // late: the caller has chosen already
 */
export async function isClaimed(channel: ChannelHandle, name: string): Promise<boolean> {
  return Boolean(await unlessGone(channel.variable(variableOf(name))));
}

function variableOf(name: string): string {
  if (!/^\w{1,40}$/.test(name)) {
    throw new TypeError(
      `Expected the name of a claim to be 1 to 40 letters, digits or "_", got ${JSON.stringify(name)}`,
    );
  }
  return `CLAIM_${name}`;
}
