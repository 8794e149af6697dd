import { expect, test } from 'vitest';
import { confLine } from '../../../../lib/ari/connect-failure.ts';
import { type Finding, type Verdict, warning, worstOf } from '../../../../lib/asterisk/doctor/finding.ts';

const findings = (...verdicts: Verdict[]): Finding[] => verdicts.map((verdict) => ({ check: 'c', verdict, says: '' }));

test('the worst of all is an error, then a warning; a skipped check counts as ok', () => {
  expect(worstOf(findings('ok', 'warning', 'error', 'skipped'))).toBe('error');
  expect(worstOf(findings('ok', 'warning', 'skipped'))).toBe('warning');
  expect(worstOf(findings('skipped', 'ok'))).toBe('ok');
});

test('the most probable remedy is in the finding itself, the others in `otherwise`', () => {
  const lines = ['1', '2', '3'].map((value) => confLine('http.conf', 'general', 'sessionlimit', value));
  const found = warning('too few', ...lines);
  expect(found).toMatchObject({ file: 'http.conf', section: 'general', line: 'sessionlimit = 1' });
  expect(found.otherwise).toEqual(lines.slice(1));
  expect(warning('no idea')).toEqual({ verdict: 'warning', says: 'no idea' });
});
