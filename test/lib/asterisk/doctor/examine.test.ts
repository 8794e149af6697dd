import { expect, test } from 'vitest';
import type { Check } from '../../../../lib/asterisk/doctor/check.ts';
import { CHECKS, examine } from '../../../../lib/asterisk/doctor/examine.ts';
import { ok } from '../../../../lib/asterisk/doctor/finding.ts';
import { freePort } from '../../../support/free-port.ts';

const patient = (port: number) => ({ url: `http://127.0.0.1:${port}/ari`, apps: [], users: {} });
const check = (name: string, look: Check['look'], more: Partial<Check> = {}): Check => ({
  name,
  needs: [],
  look,
  ...more,
});

test('each check has a unique name, and comes after the checks that it needs', () => {
  const names = CHECKS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const [index, { needs }] of CHECKS.entries())
    expect(names.slice(0, index)).toEqual(expect.arrayContaining([...needs]));
});

test('a skipped check names the check that failed, and not the one in between', async () => {
  const findings = await Array.fromAsync(examine(patient(await freePort())));
  const wrong = findings.filter(({ verdict }) => verdict === 'error').map((finding) => finding.check);
  expect(wrong).toEqual(['port']);
  const skipped = findings.filter(({ verdict }) => verdict === 'skipped');
  expect(skipped).toHaveLength(CHECKS.length - 2);
  for (const { says } of skipped) expect(says).toBe('not examined: fix "port" first');
});

test('a check that throws is an error, and what it left behind is a warning', async () => {
  const more = [
    check('breaks', () => Promise.reject(new Error('of itself'))),
    check('hangs', () => new Promise(() => {}), { limitMs: 20 }),
    check('leaves', async (examination) => {
      await examination.atEnd('the queue', () => Promise.reject(new Error('AccessDenied')));
      return ok('made');
    }),
  ];
  const findings = await Array.fromAsync(examine(patient(await freePort()), { more }));
  expect(findings.slice(CHECKS.length)).toEqual([
    { check: 'breaks', verdict: 'error', says: 'of itself' },
    { check: 'hangs', verdict: 'error', says: 'not finished within 0.02 s' },
    { check: 'leaves', verdict: 'ok', says: 'made' },
    { check: 'left-behind', verdict: 'warning', says: 'could not remove the queue: AccessDenied' },
  ]);
});

test('a cancelled examination ends at once, and removes what it created', async () => {
  const ending = new AbortController();
  let gone = false;
  const more = [
    check('waits', async (examination) => {
      await examination.atEnd('the queue', () => {
        gone = true;
      });
      ending.abort();
      return new Promise(() => {});
    }),
    check('never', async () => ok('looked at')),
  ];
  const findings = await Array.fromAsync(examine(patient(await freePort()), { more, signal: ending.signal }));
  expect(findings.at(-1)).toEqual({ check: 'waits', verdict: 'error', says: 'examination cancelled' });
  expect(gone).toBe(true);
});
