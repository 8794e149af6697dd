import type { AriEventMap } from '../../ari/generated/model.ts';
import { OUTCOME_MARK, OUTCOME_VARIABLE } from '../../ari/verbs-dialplan.ts';
import type { CallEvent } from '../../events/call-event.ts';

/** The outcome that an event brings, as the dialplan says it. */
export interface Arrived {
  /** Which verb it is of (`Kind`); empty where the list had no verb with a name. */
  kind: string;
  /** The name that the handler gave the verb. */
  name: string;
  /** The number of the list. */
  list: string;
  /** How often in a row the verb of this name was asked for. */
  attempt: number;
  /** As Asterisk's application says it. */
  result: string;
  values: readonly string[];
  /** The caller has hung up. */
  isOver: boolean;
}

/** An outcome that was decided by the handler itself, and not by the dialplan. */
export interface Decided extends Arrived {
  args: readonly string[];
  /** The channel's variables, which the event may lack. */
  variables: Readonly<Record<string, string | undefined>>;
}

/** The arguments of an app that are the dialplan's own: those before an outcome. */
export function ownArguments(args: readonly string[] = []): string[] {
  const at = args.indexOf(OUTCOME_MARK);
  return at < 0 ? [...args] : args.slice(0, at);
}

/** The outcome that an event brings: of a call that is back in its app, or of one that is over. */
export function outcomeIn(event: CallEvent): Arrived | undefined {
  if (event.type === 'StasisStart') {
    const { args = [] } = event; // events that a test makes up may lack them
    const at = args.indexOf(OUTCOME_MARK);
    return at < 0 ? undefined : arrived(args.slice(at + 1), false);
  }
  if (event.type !== 'ChannelDestroyed') return undefined;
  const said = variablesOf(event)[OUTCOME_VARIABLE];
  return said ? arrived(said.split(','), true) : undefined;
}

/** The variables that a channel's event carries (`channelvars` in ari.conf). */
export function variablesOf(event: CallEvent): Readonly<Record<string, string | undefined>> {
  const { channel } = event as Partial<AriEventMap['StasisStart']>;
  return (channel?.channelvars ?? {}) as Record<string, string | undefined>;
}

function arrived(fields: readonly string[], isOver: boolean): Arrived {
  const [kind = '', name = '', list = '', attempt = '', result = '', ...values] = fields;
  return { kind, name, list, attempt: Number(attempt) || 1, result, values, isOver };
}
