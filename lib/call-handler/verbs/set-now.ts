import type { ChannelHandle } from '../../ari/channel.ts';

/** Asterisk answers 400 to a request line beyond 4,096 bytes; `%` counts three times in it. */
const MAX_IN_EXPRESSION = 3000;

/**
 * Sets a variable and reads an expression in one request, which Asterisk answers at once, also while something plays: a
 * command that sets would wait for the playback's end. A text that is too long for that is set by such a command.
 *
 * @param value nothing in it may mean anything to the dialplan: `encoded`
 * @param expression of the dialplan, such as `${ARI_RAN}`. @default none
 * @returns what the expression says
 */
export async function setNow(
  channel: ChannelHandle,
  variable: string,
  value: string,
  expression = '',
): Promise<string> {
  const set = `\${SET(${variable}=${value})}`;
  if (encodeURIComponent(set).length > MAX_IN_EXPRESSION) {
    await channel.setChannelVar({ variable, value });
    return expression === '' ? '' : ((await channel.variable(`EVAL(${expression})`)) ?? '');
  }
  const said = (await channel.variable(`EVAL(${set}~${expression})`)) ?? '';
  return said.slice(said.indexOf('~') + 1);
}
