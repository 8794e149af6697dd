import type { ChannelHandle } from '../../ari/channel.ts';
import { unlessGone } from '../../ari/errors.ts';
import { STATE_VARIABLE } from '../../ari/verbs-dialplan.ts';
import type { Awaited } from './collected-call.ts';
import type { Decided } from './decided.ts';
import type { EventStep } from './event-step.ts';
import { encoded } from './list.ts';

/** What a call's list needs to go on, as a variable of the channel has it: JSON. */
export interface Stored {
  args: readonly string[];
  attempt: number;
  steps: EventStep[];
}

export const listVariable = (list: string): string => `ARI_LIST_${list}`;

export function storedText(stored: Stored): string {
  return encoded(JSON.stringify(stored));
}

/** @param seen what an expression said of the variable: cut where Asterisk's answer was too long */
export async function storedList(list: string, channel: ChannelHandle, seen = ''): Promise<Stored | undefined> {
  const parsed = parsedList(seen);
  if (parsed) return parsed;
  return parsedList((await unlessGone(channel.variable(listVariable(list)))) ?? '');
}

function parsedList(text: string): Stored | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(decodeURIComponent(text)) as Stored;
  } catch {
    return undefined;
  }
}

/**
 * An outcome but for what came of it.
 *
 * @param state the variable that has `call.state`
 */
export function arrivedAs(
  kind: Awaited['kind'],
  name: string,
  list: string,
  { args, attempt }: Stored,
  state: string,
): Omit<Decided, 'result'> {
  return { kind, name, list, attempt, args, variables: { [STATE_VARIABLE]: state }, values: [], isOver: false };
}
