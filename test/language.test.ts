import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GUIDE = 'docs/contributing.md';
const SOURCES = [
  '.ci',
  'bin',
  'connector',
  'docs',
  'functions',
  'lib',
  'test',
  'CHANGELOG.md',
  'README.md',
  'cdk.json',
];
/** Not written by us: generated from Asterisk's API description, or captured from Asterisk. */
const NOT_OURS = ['lib/ari/generated', 'test/fixtures'];
const BINARY = /\.(png|pem)$/;

/** The table of the guide's word list, which names the phrases and so contains them. */
const WORD_LIST = /^## Word list$.*?^(\| .*?)^(?!\|)/ms;

function read(file: string): string {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return file === GUIDE ? text.replace(WORD_LIST, '') : text;
}

function textFilesIn(path: string): string[] {
  if (NOT_OURS.includes(path) || BINARY.test(path)) return [];
  if (statSync(join(ROOT, path)).isFile()) return [path];
  const names = readdirSync(join(ROOT, path)).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) => textFilesIn(`${path}/${name}`));
}

const [, table = ''] = WORD_LIST.exec(readFileSync(join(ROOT, GUIDE), 'utf8')) ?? [];
const PHRASES = [...table.matchAll(/^\| ([^|]+) \| [^|]+ \|$/gm)].map(([, phrase = '']) => phrase).slice(1);

/** Where a text has one of the phrases: in any case, and also where a line ends within it, in a comment too. */
function phrasesIn(text: string, phrases: readonly string[]): string[] {
  const plain = text
    .replaceAll('’', "'")
    .replace(/\n[ \t]*(?:\/\/|\*|#|>)?[ \t]*/g, (gap) => `\n${' '.repeat(gap.length - 1)}`);
  return phrases.flatMap((phrase) => {
    const words = phrase.split(' ').join('(?: +| *\\n *)');
    const hits = [...plain.matchAll(new RegExp(`(?<!\\w)${words}(?!\\w)`, 'gi'))];
    return hits.map(({ index }) => `line ${plain.slice(0, index).split('\n').length}: ${phrase}`);
  });
}

const files = SOURCES.flatMap(textFilesIn);

test.each(files)('%s has no phrase of the word list', (file) => {
  expect(phrasesIn(read(file), PHRASES)).toEqual([]);
});

test('the word list has phrases, and is compared with the whole project', () => {
  expect(PHRASES.length).toBeGreaterThan(20);
  expect(new Set(PHRASES).size).toBe(PHRASES.length);
  expect(files.length).toBeGreaterThan(400);
  for (const file of ['connector/Dockerfile', 'lib/index.ts', 'test/language.test.ts', GUIDE]) {
    expect(files).toContain(file);
  }
});

test('a phrase is found in any case, in comments, and across the end of a line, and not within other words', () => {
  const planted = ['one two three', 'four'];
  expect(phrasesIn('say ONE two three.', planted)).toEqual(['line 1: one two three']);
  expect(phrasesIn('/**\n * Says one\n * two three.\n */', planted)).toEqual(['line 2: one two three']);
  expect(phrasesIn('a\n  // one two\n  // three\n', planted)).toEqual(['line 2: one two three']);
  expect(phrasesIn('# Four\n\n- one two\n  three', planted)).toEqual(['line 3: one two three', 'line 1: four']);
  expect(phrasesIn('one two\n\nthree; fourteen; one-two three', planted)).toEqual([]);
});
