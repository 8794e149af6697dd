import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { addPasswords, readPasswords } from '../../bin/passwords-file.ts';
import { folderOfTest } from '../support/temporary-folder.ts';

let file: string;
beforeEach(() => {
  file = join(folderOfTest(), 'passwords.json');
});
const write = (text: string, mode = 0o600) => writeFileSync(file, text, { mode });

test('passwords are generated into a file that only its owner may read, and are read from it', async () => {
  expect(await readPasswords(file, 'pbx-1')).toBeUndefined();
  const made = await addPasswords(file, 'pbx-1');
  for (const [role, { username, password }] of Object.entries(made)) {
    expect(username).toBe(role);
    expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
  }
  expect(made.connector.password).not.toBe(made.handlers.password);
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  expect(await readPasswords(file, 'pbx-1')).toEqual(made);
});

test('another node is added to the file', async () => {
  const first = await addPasswords(file, 'pbx-1');
  const second = await addPasswords(file, 'pbx-2');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ 'pbx-1': first, 'pbx-2': second });
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  expect(existsSync(`${file}.new`)).toBe(false);
});

test('an existing file of another user is not written to', async () => {
  const elsewhere = `${file}.elsewhere`;
  symlinkSync(elsewhere, `${file}.new`);
  await expect(addPasswords(file, 'pbx-1')).rejects.toThrow('EEXIST');
  expect(existsSync(elsewhere)).toBe(false);
});

describe('a file is refused', () => {
  test.each([0o640, 0o604, 0o666])('that others may read or write (%o)', async (mode) => {
    write('{}');
    chmodSync(file, mode);
    await expect(readPasswords(file, 'pbx-1')).rejects.toThrow(`(mode ${mode.toString(8)}); run chmod 600 ${file}`);
  });

  test.each(['', 'hidden', '[]', '7', '{"a":"hidden",}'])(
    'that has %j, which the message does not contain',
    async (text) => {
      write(text);
      await expect(readPasswords(file, 'pbx-1')).rejects.toThrow(/^(?!.*hidden).*expected JSON of the form/s);
    },
  );

  test.each([
    ['{"pbx-1":{}}', '"connector": expected JSON of the form'],
    ['{"pbx-1":null}', '"connector": expected JSON of the form'],
    ['{"pbx-1":{"connector":{"username":"c","password":"hidden"}}}', '"handlers": expected JSON'],
    ['{"pbx-1":{"connector":{"username":"c"},"handlers":{}}}', 'missing "password"'],
  ])('that lacks something, as %s', async (text, sentence) => {
    write(text);
    const refused = readPasswords(file, 'pbx-1');
    await expect(refused).rejects.toThrow(sentence);
    await expect(refused).rejects.toThrow(/^(?!.*hidden)/s);
  });
});
