import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJsonFile } from '../../lib/json-file.ts';
import { folderOfTest } from '../support/temporary-folder.ts';

test('an object is read, and a file that does not exist is undefined', async () => {
  const path = join(folderOfTest(), 'a.json');
  expect(await readJsonFile(path)).toBeUndefined();
  writeFileSync(path, ' {"a": [1]}\n');
  expect(await readJsonFile(path)).toEqual({ a: [1] });
});

test.each([
  ['{', 'a.json: expected a JSON object: '],
  ['', 'a.json: expected a JSON object: '],
  ['[1]', 'a.json: expected a JSON object, got [1]'],
  ['null', 'a.json: expected a JSON object, got null'],
  [JSON.stringify('x'.repeat(1000)), `a.json: expected a JSON object, got "${'x'.repeat(49)}`],
])('%s is refused with the path of the file', async (text, sentence) => {
  const path = join(folderOfTest(), 'a.json');
  writeFileSync(path, text);
  const refused = readJsonFile(path);
  await expect(refused).rejects.toThrow(sentence);
  await expect(refused).rejects.toThrow(path);
});

test('a folder of that name is refused with its path', async () => {
  const path = join(folderOfTest(), 'a.json');
  mkdirSync(path);
  await expect(readJsonFile(path)).rejects.toThrow(`${path}: cannot be read: `);
});
