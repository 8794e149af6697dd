import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('docs/security.md', () => {
  const rows = read('docs/security.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| threat'));

  test.each(rows.map((row) => row.split(' | ')))('%s', (_, defence, proof = '') => {
    expect(defence).not.toBe('');
    const tests = [...proof.matchAll(/`(test\/[\w./-]+)` "([^"]+)"/g)];
    expect(tests.length).toBeGreaterThan(0);
    for (const [, file = '', name] of tests)
      expect(read(file), `${file} has no test of that name`).toContain(`'${name}'`);
  });

  test('has a row for a reviewer’s first questions', () => {
    expect(rows.length).toBeGreaterThanOrEqual(10);
    for (const threat of [
      'credentials are stolen',
      'Forged events',
      'too much power',
      'reads the logs',
      'dependency',
      'caller ids',
    ]) {
      expect(rows.join('\n')).toContain(threat);
    }
  });
});

describe.each(readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md')))('docs/%s', (file) => {
  test('names existing files', () => {
    const text = read(`docs/${file}`);
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, to = '']) =>
      join('docs', dirname(file), to),
    );
    const named = [...text.matchAll(/`((?:test|lib|connector)\/[\w./-]+\.ts)`/g)].map(([, path = '']) => path);
    for (const path of [...links, ...named]) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });
});
