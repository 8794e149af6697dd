import type { AriEventType, CallEvent } from '../../events/call-event.ts';
import type { CallFunctions } from '../call-functions.ts';
import { outcomeIn } from './arrived.ts';
import { KINDS, type Kind, OUTCOMES } from './outcomes.ts';

/** A function of a handler, whose context the compiler cannot infer from an event's type. */
export type Run = (context: object) => unknown;

/** Types of events that bring outcomes: of a call that is back in its app, and of one that is over. */
const OF_OUTCOMES: readonly AriEventType[] = ['StasisStart', 'ChannelDestroyed'];

/** The types of call events that a handler needs. */
export function typesOf(functions: CallFunctions): string[] {
  const names = Object.keys(functions);
  const own = names.filter((name) => !isKind(name));
  return own.length === names.length ? own : [...new Set([...own, ...OF_OUTCOMES])];
}

/** The function of a name, if the handler has one. */
export function functionsNamed(functions: CallFunctions, name: string): Run[] {
  const run = Object.hasOwn(functions, name) && !isKind(name) ? functions[name as AriEventType] : undefined;
  return run === undefined ? [] : [run as Run];
}

/** The functions for an event: for the outcome that it brings, and for its type. */
export function functionsFor(functions: CallFunctions, event: CallEvent): Run[] {
  const arrived = outcomeIn(event);
  // A call that comes back with an outcome has been told of before.
  const ofType = arrived && event.type === 'StasisStart' ? [] : functionsNamed(functions, event.type);
  if (!arrived || !isKind(arrived.kind)) return ofType;
  const named = functions[arrived.kind] as Record<string, Run> | undefined;
  if (named === undefined || !Object.hasOwn(named, arrived.name)) return ofType;
  const { attempt } = arrived;
  const fields = OUTCOMES[arrived.kind](arrived, event.metadata.channelId ?? '');
  const ofOutcome: Run = (context) => named[arrived.name]?.(withFields(context, { ...fields, attempt }));
  return [ofOutcome, ...ofType];
}

function isKind(name: string): name is Kind {
  return (KINDS as string[]).includes(name);
}

/** The context, whose getters stay ones, and more fields. */
function withFields(context: object, fields: object): object {
  return Object.defineProperties({ ...fields }, Object.getOwnPropertyDescriptors(context));
}
