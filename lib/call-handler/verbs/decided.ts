import type { Arrived } from '../../events/outcomes.ts';

/** An outcome that was decided by the handler itself, and not by the dialplan. */
export interface Decided extends Arrived {
  args: readonly string[];
  /** The channel's variables, which the event may lack. */
  variables: Readonly<Record<string, string | undefined>>;
}
