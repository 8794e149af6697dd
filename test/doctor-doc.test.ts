import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KNOWN_BUGS } from '../lib/asterisk/doctor/known-bugs.ts';
import { ARI_ROWS, MODULE_ROWS } from './asterisk/broken/ari-rows.ts';
import { HTTP_ROWS } from './asterisk/broken/http-rows.ts';
import type { BrokenInstallation } from './asterisk/broken/installation.ts';
import { WAY_ROWS } from './asterisk/broken/way-rows.ts';

const DOC = new URL('../docs/doctor.md', import.meta.url);
const ROWS = [...HTTP_ROWS, ...ARI_ROWS, ...MODULE_ROWS, ...WAY_ROWS];

function rowOf({ broken, check, also = [], cause, line }: BrokenInstallation): string {
  const checks = [...new Set([check, ...also])].map((name) => `\`${name}\``).join(', ');
  return `| ${broken} | ${checks} | ${cause} | ${line === undefined ? '' : `\`${line.trimEnd()}\``} |`;
}

function table(head: readonly string[], rows: readonly string[]): string {
  return `${[`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows].join('\n')}\n`;
}

const TABLES = {
  'broken installations': table(['what is broken', 'check', 'the doctor says', 'the line to write'], ROWS.map(rowOf)),
  'known bugs': table(
    ['bug', 'what happens', 'concerns', 'without it'],
    KNOWN_BUGS.map(({ id, happens, only = 'everyone', fixed, sources: [source] }) => {
      const releases = Object.entries(fixed).map(([branch, numbers]) =>
        branch.startsWith('certified') ? `${branch}-cert${numbers[0]}` : [branch, ...numbers].join('.'),
      );
      return `| [${id}](${source}) | ${happens} | ${only} | ${releases.join(', ') || 'no release yet'} |`;
    }),
  ),
};

test('no broken installation is there twice', () => {
  const names = ROWS.map(({ broken }) => broken);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

// `UPDATE_DOCS=1 npx vitest run --project unit test/doctor-doc.test.ts` writes them.
test.each(Object.entries(TABLES))('the table of %s in docs/doctor.md is that of the code', (name, expected) => {
  const between = new RegExp(`(?<=<!-- ${name} -->\n).*?(?=<!-- end -->)`, 's');
  const read = () => readFileSync(DOC, 'utf8');
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      DOC,
      read().replace(between, () => `\n${expected}\n`),
    );
  expect(between.exec(read())?.[0]).toBe(`\n${expected}\n`);
});

test('docs/doctor.md says how many broken installations there are', () => {
  expect(readFileSync(DOC, 'utf8')).toContain(`${ROWS.length} broken installations`);
});
