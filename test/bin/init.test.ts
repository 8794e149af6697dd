import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TOOLS } from '../../bin/init.ts';
import manifest from '../../package.json' with { type: 'json' };
import { runCommand } from '../support/command.ts';
import { folderOfTest } from '../support/temporary-folder.ts';

// From the installed package, where it makes an app that runs: test/package.

test('in a checkout it says how to make the package first, and writes nothing', async () => {
  const folder = folderOfTest();
  const { exitCode, noted } = await runCommand(['init', 'my-app'], folder);
  expect(exitCode).toBe(1);
  expect(noted).toContain('npm run pack -- ..\n');
  expect(readdirSync(folder)).toEqual([]);
});

test('a new app gets the tools in the versions that are used here', () => {
  expect(TOOLS).toEqual(
    Object.fromEntries(Object.keys(TOOLS).map((name) => [name, manifest.devDependencies[name as keyof typeof TOOLS]])),
  );
});

test('a folder with files is refused, and nothing is written', async () => {
  const folder = folderOfTest();
  writeFileSync(join(folder, 'mine.txt'), '');
  const { exitCode, said, noted } = await runCommand(['init', '.'], folder);
  expect([exitCode, said]).toEqual([1, '']);
  expect(noted).toBe(
    `ari-eventbridge: ${folder}: expected a new or empty folder, got one with mine.txt; nothing was written\n`,
  );
  expect(readdirSync(folder)).toEqual(['mine.txt']);
});

test('a file is refused', async () => {
  const folder = folderOfTest();
  writeFileSync(join(folder, 'my-app'), 'mine');
  const { exitCode, noted } = await runCommand(['init', 'my-app'], folder);
  expect(exitCode).toBe(1);
  expect(noted).toContain(`${join(folder, 'my-app')}: expected a new or empty folder, got a file`);
});

test('a folder whose name cannot become that of an app is refused', async () => {
  const { exitCode, noted } = await runCommand(['init', '123'], folderOfTest());
  expect(exitCode).toBe(1);
  expect(noted).toContain('expected a folder with a letter from a to z in its name');
});

test('a folder with a new repository only is empty', async () => {
  const folder = folderOfTest();
  mkdirSync(join(folder, '.git'));
  expect((await runCommand(['init', '.'], folder)).noted).toContain('this is a checkout');
});
