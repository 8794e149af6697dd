import { describe, expect, test } from 'vitest';
import { parseVersion } from '../../../../lib/asterisk/doctor/asterisk-version.ts';
import { bugsOf, KNOWN_BUGS } from '../../../../lib/asterisk/doctor/known-bugs.ts';

const idsOf = (text: string): string[] => {
  const version = parseVersion(text);
  if (!version) throw new Error(`expected a version, got ${text}`);
  return bugsOf(version).map(({ id }) => id);
};
const READ_ONLY = 'GHSA-wcvv-g26m-wx5c';
const FILES = 'GHSA-vrfp-mg3q-3959';

test.each([
  ['22.10.0', [READ_ONLY, FILES, '#1979', '#1992', '#2170']],
  ['22.10.1', ['#1979', '#1992', '#2170']],
  ['22.7.0', [READ_ONLY, FILES, '#1648', '#1643', '#1979', '#1992', '#2170']],
  // REST over the WebSocket, and outbound WebSockets, came later.
  ['22.3.0', [FILES, '#1648', '#1992', '#2170']],
  ['20.20.1', ['#1979', '#1992', '#2170']],
  ['23.4.0', [READ_ONLY, FILES, '#1979', '#1992', '#2170']],
  ['23.5.0', ['#2170']],
  ['24.0.0', ['#2170']],
  // The branch ended before the corrections.
  ['21.12.0', [READ_ONLY, FILES, '#1648', '#1643', '#1979', '#1992', '#2170']],
  ['certified-22.8-cert2', [READ_ONLY, FILES, '#1979', '#1992', '#2170']],
  ['certified-22.8-cert3', ['#1979', '#1992', '#2170']],
  ['certified-20.7-cert10', [FILES, '#1648', '#1992', '#2170']],
  ['certified-20.7-cert11', ['#1648', '#1992', '#2170']],
  ['GIT-22-97b4df1f63', []],
])('Asterisk %s has %j', (text, ids) => {
  expect(idsOf(text)).toEqual(ids);
});

describe.each(KNOWN_BUGS.map((bug) => [bug.id, bug] as const))('%s', (_, { fixed, sources }) => {
  test('names the advisory or issue, and the change log of each release without the bug', () => {
    const [first, ...others] = sources;
    expect(first).toMatch(
      /^https:\/\/github\.com\/asterisk\/asterisk\/(security\/advisories\/GHSA-[\w-]+|issues\/\d+)$/,
    );
    for (const [branch, numbers] of Object.entries(fixed)) {
      const release = branch.startsWith('certified') ? `${branch}-cert${numbers[0]}` : [branch, ...numbers].join('.');
      expect(others.join()).toContain(`/ChangeLog-${release}.html`);
    }
  });
});
