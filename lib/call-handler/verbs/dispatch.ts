import { OUTCOME_VARIABLE, UNKNOWN_VERB } from '../../ari/verbs-dialplan.ts';
import type { AriPatternDetail } from '../../events/ari-pattern.ts';
import type { AriEventType, CallEvent } from '../../events/call-event.ts';
import { type Arrived, isKind, KINDS, type Kind, OUTCOMES } from '../../events/outcomes.ts';
import type { CallFunctions } from '../call-functions.ts';
import { GiveUp } from '../give-up.ts';
import { PLAYBACK_PREFIX } from './event-playbacks.ts';

/** A function of a handler, whose context the compiler cannot infer from an event's type. */
export type Run = (context: object) => unknown;

/**
 * Types of events that bring outcomes: of a call that is back in its app, of one that is over, and those by which the
 * handler itself carries out what the dialplan cannot.
 */
const OF_OUTCOMES: readonly AriEventType[] = [
  'StasisStart',
  'ChannelDestroyed',
  'ChannelDtmfReceived',
  'PlaybackFinished',
];

/** The types of call events that a handler needs. */
export function typesOf(functions: CallFunctions): string[] {
  const own = Object.keys(functions).filter((name) => !isKind(name));
  return hasOutcomes(functions) ? [...new Set([...own, ...OF_OUTCOMES])] : own;
}

/**
 * Which events of these types bring outcomes, where the handler has no function of its own for the type: digits of a call
 * that is in its app, and not of one that the dialplan collects; the end of a call whose list was under way.
 */
const CONDITIONS: Partial<Record<AriEventType, AriPatternDetail>> = {
  ChannelDtmfReceived: { channel: { dialplan: { app_name: ['Stasis'] } } },
  ChannelDestroyed: { channel: { channelvars: { [OUTCOME_VARIABLE]: [{ 'anything-but': '' }] } } },
  PlaybackFinished: { playback: { id: [{ prefix: PLAYBACK_PREFIX }] } },
};

/** Conditions on events that a handler needs for outcomes alone. */
export function conditionsOf(functions: CallFunctions): Partial<Record<AriEventType, AriPatternDetail>> {
  if (!hasOutcomes(functions)) return {};
  return Object.fromEntries(Object.entries(CONDITIONS).filter(([type]) => !Object.hasOwn(functions, type)));
}

/** The function of a name, if the handler has one. */
export function functionsNamed(functions: CallFunctions, name: string): Run[] {
  const run = Object.hasOwn(functions, name) && !isKind(name) ? functions[name as AriEventType] : undefined;
  return run === undefined ? [] : [run as Run];
}

/** Whether a handler has something to do for an event, or may have. */
export function isConcernedBy(functions: CallFunctions, event: CallEvent): boolean {
  if (functionsNamed(functions, event.type).length > 0) return true;
  return hasOutcomes(functions) && OF_OUTCOMES.includes(event.type);
}

/**
 * The functions for an event: for the outcome that it brings, and for its type.
 *
 * @param arrived the outcome
 * @param onOutcome called before the function of an outcome
 * @throws GiveUp where the dialplan does not have a verb of the list
 */
export function functionsFor(
  functions: CallFunctions,
  event: CallEvent,
  arrived: Arrived | undefined,
  onOutcome: (kind: Kind, name: string) => void = () => {},
): Run[] {
  // A call that comes back with an outcome has entered the app before.
  const ofType = arrived && event.type !== 'ChannelDestroyed' ? [] : functionsNamed(functions, event.type);
  if (arrived?.result === UNKNOWN_VERB) {
    throw new GiveUp(
      'Expected the dialplan to have each verb that the handler asks for, but it lacks one, as its log says: write extensions.conf again with asterisk-config, and reload the dialplan',
    );
  }
  if (!arrived || !isKind(arrived.kind)) return ofType;
  const { kind, name, attempt } = arrived;
  const named = functions[kind] as Record<string, Run> | undefined;
  if (named === undefined || !Object.hasOwn(named, name)) return ofType;
  const fields = OUTCOMES[kind](arrived, event.metadata.channelId ?? '');
  const ofOutcome: Run = (context) => {
    onOutcome(kind, name);
    return named[name]?.(withFields(context, { ...fields, attempt }));
  };
  return [ofOutcome, ...ofType];
}

/** The outcomes that a handler has functions for: `gathered.pin`. */
export function outcomesOf(functions: CallFunctions): string[] {
  return KINDS.flatMap((kind) => Object.keys(functions[kind] ?? {}).map((name) => `${kind}.${name}`));
}

/** Whether a handler has functions for outcomes. */
export function hasOutcomes(functions: CallFunctions): boolean {
  return Object.keys(functions).some(isKind);
}

/** The context, whose getters stay ones, and more fields. */
function withFields(context: object, fields: object): object {
  return Object.defineProperties({ ...fields }, Object.getOwnPropertyDescriptors(context));
}
