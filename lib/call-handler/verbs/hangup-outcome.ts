import { OUTCOME_VARIABLE } from '../../ari/verbs-dialplan.ts';
import { untilHangUp } from '../../events/gathered-digits.ts';
import type { Awaited } from './collected-call.ts';
import type { EventStep } from './event-step.ts';

/**
 * What comes of a list by events where the caller hangs up: the variable has it as long as the list is under way, and the
 * channel's last event carries it. So nobody has to notice the hang-up, and where it is noticed, the channel is gone:
 * nothing else can be decided any more.
 *
 * @param awaited what the list ends with; the variable is empty where that is nothing
 */
export function hangUpOutcome(list: string, awaited: Awaited | undefined, steps: readonly EventStep[]): string {
  if (awaited === undefined) return '';
  const gather = steps.find((step) => step.do === 'gather');
  return [awaited.kind, awaited.name, list, awaited.attempt, 'HANGUP', '', gather ? untilHangUp(gather) : ''].join(':');
}

/** Where an expression is to set nothing. */
const NOWHERE = 'ARI_UNUSED';

/** The name of the outcome's variable, or of one that means nothing: an expression, for the place of a name. */
const outcomeIf = (condition: string): string => `\${IF($[${condition}]?${OUTCOME_VARIABLE}:${NOWHERE})}`;

/** Of a list that has not begun, as the same one may be carried out again, and that may begin: Asterisk has not taken the call back. */
export const outcomeOfNewList = (list: string): string => outcomeIf(`"\${ARI_RAN}"!="${list}" & "\${ARI_RESCUED}"=""`);

/** An expression that appends a digit, while digits are collected. */
export const appendedToOutcome = (number: number, key: string): string =>
  `\${SET(PUSH(${outcomeIf(`"\${ARI_GATHER}"!=""`)},|)=${number}-${key})}`;

/** An expression for when a list's outcome is decided: a hang-up is none any more, unless of a later list. */
export const withoutOutcomeOf = (list: string): string => `\${SET(${outcomeIf(`"\${ARI_RAN}"="${list}"`)}=)}`;
