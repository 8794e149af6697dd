import type { Examination } from './examination.ts';
import type { Outcome } from './finding.ts';

/** One check of an examination. */
export interface Check {
  /** The name of its findings; unique. */
  name: string;
  /** The checks that must have found no error; otherwise this one would only repeat their finding. */
  needs: readonly string[];
  /** The user that Asterisk must have accepted. @default none */
  as?: 'reader' | 'connector' | 'handlers';
  /** How long it may take, in milliseconds. @default 30000 */
  limitMs?: number;
  /** Runs the check. A thrown error becomes an error finding of this check. */
  look(examination: Examination): Promise<Outcome | Outcome[]>;
}
