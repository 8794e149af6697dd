import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CONNECTOR_SOURCE } from '../lib/events/entry.ts';
import { eventSchemas } from '../lib/events/event-schema.ts';
import { InvalidEventPatternException, matches } from '../lib/events/pattern/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const PAGES = globSync('{*.md,{connector,docs,functions,lib,test}/**/*.md}', { cwd: ROOT }).toSorted();

describe('the threats in docs/security.md', () => {
  const [, section = ''] = read('docs/security.md').split(/^## /m);
  const rows = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| threat'));

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

describe('docs/contract.md', () => {
  const page = read('docs/contract.md');
  const rows = page.split('\n').filter((line) => line.startsWith('| **'));

  test.each(rows.map((row) => row.split(' | ')))('%s', (_, proof = '') => {
    const tests = [...proof.matchAll(/`(test\/[\w./-]+)` "([^"]+)"/g)];
    expect(tests.length).toBeGreaterThan(0);
    for (const [, file = '', name] of tests)
      expect(read(file), `${file} has no test of that name`).toContain(`'${name}'`);
  });

  test('has a promise for identity, order, loss and hand-over', () => {
    for (const promise of ['one id', 'channelSequence', 'hand-over', 'A loss is announced', 'within 5 s']) {
      expect(rows.join('\n')).toContain(promise);
    }
  });

  test('describes each of the connector’s own events with its fields', () => {
    const schemas = eventSchemas().filter(({ source }) => source === CONNECTOR_SOURCE);
    for (const { detailType, content } of schemas) {
      const { components } = content as { components: { schemas: Record<string, { properties: object }> } };
      const fields = Object.keys(components.schemas[detailType]?.properties ?? {}).filter(
        (name) => name !== 'metadata',
      );
      const row = page.split('\n').find((line) => line.startsWith(`| \`${detailType}\` |`)) ?? '';
      const described = [...(row.split(' | ')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name);
      expect(described, detailType).toEqual(fields);
    }
    expect(schemas.length).toBeGreaterThan(7);
  });
});

describe('docs/event-patterns.md', () => {
  const blocks = [...read('docs/event-patterns.md').matchAll(/^```jsonc\n(.*?)^```$/gms)].map(([, text = '']) => text);
  /** The lines of a block below the comment `// NAME`. */
  const linesBelow = (block: string, name: string): string[] =>
    (block.split(/^\/\/ /m).find((part) => part.startsWith(`${name}\n`)) ?? '').split('\n').slice(1, -1);

  test.each(blocks.map((block) => [linesBelow(block, 'pattern').join(' '), block]))('%s', (pattern, block) => {
    const [, refusal] = /^\/\/ refused: (.+)$/m.exec(block) ?? [];
    if (refusal !== undefined) {
      const attempt = (): boolean => matches(pattern, '{}');
      expect(attempt).toThrow(InvalidEventPatternException);
      expect(attempt).toThrow(refusal);
      return;
    }
    const matching = linesBelow(block, 'matches');
    expect(matching.length).toBeGreaterThan(0);
    for (const event of matching) expect(matches(pattern, event), event).toBe(true);
    for (const event of linesBelow(block, 'does not match')) expect(matches(pattern, event), event).toBe(false);
  });

  test('has an example of each operator', () => {
    expect(blocks.length).toBeGreaterThan(20);
  });
});

describe('docs/architecture.md', () => {
  const rooms = ['lib', 'lib/local', 'connector'].flatMap((top) =>
    readdirSync(join(ROOT, top), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${top}/${name}`),
  );

  test.each([...rooms, 'bin', 'connector', 'functions'])('has a row for the room %s', (room) => {
    expect(read('docs/architecture.md')).toContain(`\n| \`${room}\` | `);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const headings = [...page.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return headings.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What is wrong with a page's relative links: the file does not exist, or it has no such heading. */
function brokenLinks(page: string, text: string): string[] {
  const prose = text.replace(/^```.*?^```$|``.*?``|`[^`\n]*`/gms, '');
  const links = [...prose.matchAll(/\]\((?![a-z]+:)([^)#\s]*)#?([^)\s]*)\)/g)];
  return links.flatMap(([, path = '', anchor = '']) => {
    const target = path === '' ? page : normalize(join(dirname(page), path));
    if (!existsSync(join(ROOT, target))) return [`${target}: there is no such file`];
    const anchors = target.endsWith('.md') ? anchorsOf(target === page ? text : read(target)) : [];
    return anchor === '' || anchors.includes(anchor) ? [] : [`${target}: it has no heading for #${anchor}`];
  });
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  test('links to files and headings that exist', () => {
    expect(brokenLinks(page, text)).toEqual([]);
  });

  test('names source files that exist', () => {
    const named = [...text.matchAll(/`((?:bin|connector|functions|lib|test)\/[\w./-]+\.tsx?)`/g)];
    for (const [, path = ''] of named) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });
});

test('a link to a missing file or a missing heading is found', () => {
  const text = '# Here\n[a](runbook.md#dead-letters) [b](#here) [c](../lib/none.ts) [d](runbook.md#none) [e](#there)';
  expect(brokenLinks('docs/local.md', text)).toEqual([
    'lib/none.ts: there is no such file',
    'docs/runbook.md: it has no heading for #none',
    'docs/local.md: it has no heading for #there',
  ]);
});
