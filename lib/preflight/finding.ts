/** `unknown`: AWS did not let it be read; the finding says what is needed for that. */
export type Verdict = 'ok' | 'warning' | 'error' | 'unknown';

/** What a check found, and the command that mends it. An element of the report's JSON. */
export interface Finding {
  /** The check's name, such as `concurrency`. */
  check: string;
  verdict: Verdict;
  /** One sentence for a person. */
  says: string;
  /** The command, or the change in cdk.json, that mends it. */
  mend?: string;
}

/** A finding without the name of its check. */
export type Outcome = Omit<Finding, 'check'>;

export const ok = (says: string): Outcome => ({ verdict: 'ok', says });
export const warning = (says: string, mend: string): Outcome => ({ verdict: 'warning', says, mend });
export const error = (says: string, mend: string): Outcome => ({ verdict: 'error', says, mend });

/** The worst verdict; `unknown` counts as a warning. */
export function worstOf(findings: readonly Finding[]): 'ok' | 'warning' | 'error' {
  const verdicts = findings.map(({ verdict }) => verdict);
  if (verdicts.includes('error')) return 'error';
  return verdicts.some((verdict) => verdict !== 'ok') ? 'warning' : 'ok';
}
