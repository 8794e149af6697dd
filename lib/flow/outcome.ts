import { UNKNOWN_VERB } from '../ari/verbs-dialplan.ts';
import { GiveUp } from '../call-handler/give-up.ts';
import { type Arrived, OUTCOMES } from '../events/outcomes.ts';
import { HungUp } from './hung-up.ts';
import type { ListVerb } from './verb.ts';

/**
 * What a flow is given for a list that came back, or that the caller's hang-up ended.
 *
 * @throws HungUp where the list has no verb with an outcome, and the caller has hung up
 * @throws GiveUp where the dialplan does not have one of its verbs
 */
export function outcomeOf({ kind, verbs }: ListVerb, arrived: Arrived, channelId: string): unknown {
  if (arrived.result === UNKNOWN_VERB) {
    throw new GiveUp(
      `Expected the dialplan to have each verb of ${verbs.join(', ')}, but it lacks one, as its log says: write extensions.conf again with asterisk-config, and reload the dialplan`,
    );
  }
  if (kind === undefined) return undefined;
  const outcome = OUTCOMES[kind](arrived, channelId);
  if (kind !== 'next') return outcome;
  if (outcome.outcome === 'hungup') throw new HungUp();
  return undefined;
}
