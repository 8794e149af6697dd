import { OUTCOME_MARK } from '../../ari/verbs-dialplan.ts';
import type { Arrived } from '../../events/outcomes.ts';

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
