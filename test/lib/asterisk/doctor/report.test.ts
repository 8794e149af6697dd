import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Finding } from '../../../../lib/asterisk/doctor/finding.ts';
import { report } from '../../../../lib/asterisk/doctor/report.ts';

async function* given(findings: Finding[]): AsyncGenerator<Finding> {
  yield* findings;
}

async function textOf(...findings: Finding[]): Promise<string> {
  return stripVTControlCharacters((await Array.fromAsync(report(given(findings)))).join(''));
}

const line = { file: 'http.conf', section: 'general', option: 'enabled', line: 'enabled = yes' };

test('a finding is one line, with the remedies below it', async () => {
  const otherwise = [{ file: 'ari.conf', section: 'general', option: 'enabled', line: 'enabled = yes' }];
  expect(await textOf({ check: 'port', verdict: 'error', says: 'nothing listens', ...line, otherwise })).toBe(
    [
      '✘ port                 nothing listens',
      '    http.conf [general]  enabled = yes',
      '    or ari.conf [general]  enabled = yes',
      '0 ok, 0 warnings, 1 errors, 0 not examined\n',
    ].join('\n'),
  );
});

test('checks that are skipped for the same reason become one line', async () => {
  const skipped = (check: string, says: string): Finding => ({ check, verdict: 'skipped', says });
  const text = await textOf(skipped('a', 'for x'), skipped('b', 'for x'), skipped('c', 'for y'));
  expect(text.split('\n').map((one) => one.replace(/ +/g, ' '))).toEqual([
    '– a, b for x',
    '– c for y',
    '0 ok, 0 warnings, 0 errors, 3 not examined',
    '',
  ]);
});

test('control sequences from Asterisk do not reach the terminal', async () => {
  const text = (
    await Array.fromAsync(report(given([{ check: 'http', verdict: 'ok', says: 'a\u001b[2Jb\u0007\r\nc' }])))
  ).join('');
  for (const order of ['\u001b[2J', '\u0007', '\r']) expect(text).not.toContain(order);
  expect(stripVTControlCharacters(text)).toContain('ab c');
});
