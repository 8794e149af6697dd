import type { Examination } from './examination.ts';
import type { Outcome } from './finding.ts';

/** One step of the doctor's way from the outside in. */
export interface Check {
  /** What its findings are named after; unique. */
  name: string;
  /** The checks that must have found no error, or this one would only repeat their sentence. */
  needs: readonly string[];
  /** Whose credentials Asterisk must have accepted. @default nobody's */
  as?: 'reader' | 'connector' | 'handlers';
  /** How long it may take, in milliseconds. @default 30000 */
  limitMs?: number;
  /** Looks. What it throws becomes an error of this check. */
  look(examination: Examination): Promise<Outcome | Outcome[]>;
}
