import type { ConnectFault, Remedy } from '../../ari/connect-failure.ts';

/** `skipped`: not looked at, and the finding says why. */
export type Verdict = 'ok' | 'warning' | 'error' | 'skipped';

/** What a check found, and what to write where. As it stands in the report's JSON. */
export interface Finding {
  /** The check's name, such as `port` or `handlers-may-write`. */
  check: string;
  verdict: Verdict;
  /** One sentence for a person. Holds no password. */
  says: string;
  /** The file to write into, such as `http.conf`. */
  file?: string;
  /** Its section, without the brackets. */
  section?: string;
  option?: string;
  /** The line as it is to stand there. `<the password of the secret>` stands for what is not shown. */
  line?: string;
  /** What else it may be, the more probable first: from outside, several causes look alike. */
  otherwise?: Remedy[];
}

/** A finding whose check is yet to be named. */
export type Outcome = Omit<Finding, 'check'>;

export const ok = (says: string): Outcome => ({ verdict: 'ok', says });
export const skipped = (says: string, ...remedies: Remedy[]): Outcome => withRemedies('skipped', says, remedies);
export const warning = (says: string, ...remedies: Remedy[]): Outcome => withRemedies('warning', says, remedies);
export const error = (says: string, ...remedies: Remedy[]): Outcome => withRemedies('error', says, remedies);
export const fault = ({ says, remedies }: ConnectFault): Outcome => error(says, ...remedies);

function withRemedies(verdict: Verdict, says: string, [first, ...otherwise]: Remedy[]): Outcome {
  return { verdict, says, ...first, ...(otherwise.length > 0 && { otherwise }) };
}

/** The worst that was found: a warning is no reason to fail, an error is. */
export function worstOf(findings: readonly Finding[]): Verdict {
  const verdicts = findings.map(({ verdict }) => verdict);
  return verdicts.includes('error') ? 'error' : verdicts.includes('warning') ? 'warning' : 'ok';
}
