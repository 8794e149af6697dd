import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { differenceOf, existingFile, writeConf } from '../../bin/conf-files.ts';
import { folderOfTest } from '../support/temporary-folder.ts';

let folder: string;
let said: string;
beforeEach(() => {
  folder = join(folderOfTest(), 'asterisk.d');
  said = '';
});
const write = (text: string, answer = false) =>
  writeConf(
    folder,
    'http.conf',
    text,
    async (path) => {
      said += `may ${path} be overwritten?\n`;
      return answer;
    },
    (words) => {
      said += words;
    },
  );
const path = () => join(folder, 'http.conf');

test('a file that is not there is written, for its owner and group alone', async () => {
  expect(await existingFile(folder, 'http.conf')).toBeUndefined();
  expect(await write('a\n')).toBe(true);
  expect(await existingFile(folder, 'http.conf')).toBe('a\n');
  expect((statSync(path()).mode & 0o777).toString(8)).toBe('640');
  expect(said).toBe(`${path()}: written\n`);
});

test('a file that is the same already is let be', async () => {
  await write('a\n');
  said = '';
  expect(await write('a\n')).toBe(true);
  expect(said).toBe(`${path()}: is up to date\n`);
});

test('a file that differs is shown, and stays where it may not be overwritten', async () => {
  await write('a\n');
  said = '';
  expect(await write('b\n', false)).toBe(false);
  expect(said).toMatch(/-a\n\+b\nmay .* be overwritten\?\n$/);
  expect(readFileSync(path(), 'utf8')).toBe('a\n');
});

test('a file that may be overwritten keeps its mode and its owner', async () => {
  mkdirSync(folder);
  writeFileSync(path(), 'a\n');
  chmodSync(path(), 0o600);
  const { uid, gid } = statSync(path());
  expect(await write('b\n', true)).toBe(true);
  expect(readFileSync(path(), 'utf8')).toBe('b\n');
  expect(statSync(path())).toMatchObject({ uid, gid, mode: 0o100600 });
  expect(said).toMatch(/be overwritten\?\n.*: written\n$/);
});

test.runIf(process.getuid?.() === 0)('what root makes anew belongs to whom the folder around it belongs', async () => {
  const etc = dirname(folder);
  chownSync(etc, 1234, 1235);
  await write('a\n');
  for (const made of [folder, path()]) expect(statSync(made)).toMatchObject({ uid: 1234, gid: 1235 });
});

describe('the difference shows of a password', () => {
  const user = (password: string) => `[handlers]\ntype = user\npassword = ${password}\n`;

  test('that it is another', () => {
    const shown = differenceOf('ari.conf', user('the first'), user('the second'));
    expect(shown).toContain('-password = (the old one)\n+password = (another one)\n');
    expect(shown).not.toMatch(/the first|the second/);
  });

  test('that it stays', () => {
    const shown = differenceOf('ari.conf', user('the first'), `${user('the first')}read_only = yes\n`);
    expect(shown).toContain(' password = (unchanged)\n+read_only = yes\n');
  });

  test('nothing, however it is written', () => {
    for (const line of ['password=hidden', 'Password => hidden', ';password = hidden', '  password\t= hidden']) {
      expect(differenceOf('ari.conf', `[a]\n${line}\n`, user('x'))).not.toContain('hidden');
    }
  });
});
