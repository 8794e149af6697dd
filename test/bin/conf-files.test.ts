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

test('a missing file is written, readable by its owner and group only', async () => {
  expect(await existingFile(folder, 'http.conf')).toBeUndefined();
  expect(await write('a\n')).toBe(true);
  expect(await existingFile(folder, 'http.conf')).toBe('a\n');
  expect((statSync(path()).mode & 0o777).toString(8)).toBe('640');
  expect(said).toBe(`${path()}: written\n`);
});

test('an unchanged file is not written', async () => {
  await write('a\n');
  said = '';
  expect(await write('a\n')).toBe(true);
  expect(said).toBe(`${path()}: is up to date\n`);
});

test('the difference is shown, and the file is not overwritten without permission', async () => {
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

test.runIf(process.getuid?.() === 0)('a file created by root gets the owner of its folder', async () => {
  const etc = dirname(folder);
  chownSync(etc, 1234, 1235);
  await write('a\n');
  for (const made of [folder, path()]) expect(statSync(made)).toMatchObject({ uid: 1234, gid: 1235 });
});

describe('the difference shows of a password', () => {
  const user = (password: string) => `[handlers]\ntype = user\npassword = ${password}\n`;

  test('that it changes', () => {
    const shown = differenceOf('ari.conf', user('the first'), user('the second'));
    expect(shown).toContain('-password = (current value)\n+password = (new value)\n');
    expect(shown).not.toMatch(/the first|the second/);
  });

  test('that it does not change', () => {
    const shown = differenceOf('ari.conf', user('the first'), `${user('the first')}read_only = yes\n`);
    expect(shown).toContain(' password = (unchanged)\n+read_only = yes\n');
  });

  test('nothing else, in any notation', () => {
    for (const line of ['password=hidden', 'Password => hidden', ';password = hidden', '  password\t= hidden']) {
      expect(differenceOf('ari.conf', `[a]\n${line}\n`, user('x'))).not.toContain('hidden');
    }
  });
});
