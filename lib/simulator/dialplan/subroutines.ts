import type { Channel } from '../channel/channel.ts';
import { setVariable } from './variables.ts';

interface Place {
  context: string;
  exten: string;
  priority: number;
}

type Held = { name: string; value: string } | undefined;

interface Subroutine {
  /** Where `Gosub()` stands. */
  caller: Place;
  /** Whether Asterisk itself called it, so that its return ends what runs. */
  isWhole: boolean;
  /** What its own variables hide, by name: in the order in which they were set. */
  hidden: Map<string, Held>;
}

/** The subroutines that a channel is in, the outermost first. */
const SUBROUTINES = new WeakMap<Channel, Subroutine[]>();

/** Begins a subroutine, whose arguments are its own variables `ARG1`, `ARG2`, …, and their count is `ARGC`. */
export function enterSubroutine(channel: Channel, caller: Place, args: readonly string[], isWhole = false): void {
  SUBROUTINES.set(channel, [...(SUBROUTINES.get(channel) ?? []), { caller, isWhole, hidden: new Map() }]);
  for (const [at, value] of args.entries()) setLocal(channel, `ARG${at + 1}`, value);
  setLocal(channel, 'ARGC', String(args.length));
}

/**
 * Ends the innermost subroutine: the channel is where it was called, and then without the subroutine's own variables.
 *
 * @returns what it left; undefined where the channel was in none
 */
export function leaveSubroutine(channel: Channel): Pick<Subroutine, 'isWhole'> | undefined {
  const left = SUBROUTINES.get(channel)?.pop();
  if (!left) return undefined;
  Object.assign(channel, left.caller);
  // The last that was set goes first.
  for (const [name, held] of [...left.hidden].toReversed()) {
    setVariable(channel, name, undefined);
    if (held) channel.variables.set(name, held);
  }
  return left;
}

/** Sets a variable of the innermost subroutine's own; nothing happens outside of one. */
export function setLocal(channel: Channel, name: string, value: string): void {
  const innermost = SUBROUTINES.get(channel)?.at(-1);
  if (!innermost) return;
  if (innermost.hidden.has(name)) {
    setVariable(channel, name, value);
  } else {
    innermost.hidden.set(name, channel.variables.get(name));
    channel.variables.delete(name);
    channel.variables.set(name, { name, value });
    channel.publish();
  }
  channel.tell('ChannelVarset', { variable: `LOCAL(${name})`, value, channel: channel.known });
}
