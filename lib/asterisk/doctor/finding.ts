import type { ConnectFault, Remedy } from '../../ari/connect-failure.ts';

/** `skipped`: not examined; the finding gives the reason. */
export type Verdict = 'ok' | 'warning' | 'error' | 'skipped';

/** What a check found, and the configuration line that fixes it. An element of the report's JSON. */
export interface Finding {
  /** The check's name, such as `port` or `handlers-may-write`. */
  check: string;
  verdict: Verdict;
  /** One sentence for a person. Contains no password. */
  says: string;
  /** The file to change, such as `http.conf`. */
  file?: string;
  /** Its section, without the brackets. */
  section?: string;
  option?: string;
  /** The line to write. The place of a password's hash is named in it instead. */
  line?: string;
  /** Other possible remedies, the most probable first: from the outside, several causes look the same. */
  otherwise?: Remedy[];
}

/** A finding without the name of its check. */
export type Outcome = Omit<Finding, 'check'>;

export const ok = (says: string): Outcome => ({ verdict: 'ok', says });
export const skipped = (says: string, ...remedies: Remedy[]): Outcome => withRemedies('skipped', says, remedies);
export const warning = (says: string, ...remedies: Remedy[]): Outcome => withRemedies('warning', says, remedies);
export const error = (says: string, ...remedies: Remedy[]): Outcome => withRemedies('error', says, remedies);
export const fault = ({ says, remedies }: ConnectFault): Outcome => error(says, ...remedies);

function withRemedies(verdict: Verdict, says: string, [first, ...otherwise]: Remedy[]): Outcome {
  return { verdict, says, ...first, ...(otherwise.length > 0 && { otherwise }) };
}

/** The worst verdict; `skipped` counts as `ok`. */
export function worstOf(findings: readonly Finding[]): Verdict {
  const verdicts = findings.map(({ verdict }) => verdict);
  return verdicts.includes('error') ? 'error' : verdicts.includes('warning') ? 'warning' : 'ok';
}
