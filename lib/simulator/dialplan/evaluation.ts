import type { Channel } from '../channel/channel.ts';
import { readFunction } from './functions.ts';
import { substituted } from './substitution.ts';

/**
 * Reads by a function, also by `EVAL(…)`, whose argument is substituted as a whole, with whatever commas and quotes.
 *
 * @returns undefined where there is no such function, or nothing to read by it
 */
export function evaluatedFunction(channel: Channel, call: string): string | undefined {
  const argument = /^EVAL\((.*)\)$/s.exec(call)?.[1];
  return argument === undefined ? readFunction(channel, call) : substituted(channel, argument);
}
