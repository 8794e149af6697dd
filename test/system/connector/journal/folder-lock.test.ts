import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FolderInUse, lockFolder } from '../../../../connector/journal/folder-lock.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';

const LOCK = fileURLToPath(new URL('../../../../connector/journal/folder-lock.ts', import.meta.url));
/** A process that locks the folder, says so, and stays. */
const HOLDER = `import { lockFolder } from ${JSON.stringify(LOCK)}; lockFolder(process.argv[1]); console.log('locked'); setInterval(() => {}, 1000);`;

async function holderOf(folder: string) {
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, folder]);
  await once(holder.stdout, 'data');
  return holder;
}

test('a second process is refused with the folder and what to do, until the first one is killed', async ({
  onTestFinished,
}) => {
  const folder = folderOfTest();
  const holder = await holderOf(folder);
  onTestFinished(() => void holder.kill('SIGKILL'));
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  expect(() => lockFolder(folder)).toThrow(`uses the journal's folder ${folder}`);
  // A process that does not run still has the folder.
  holder.kill('SIGSTOP');
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lockFolder(folder)();
}, 20_000);

test('a process that gave the lock back lets another one have it', () => {
  const folder = folderOfTest();
  for (let i = 0; i < 3; i++) lockFolder(folder)();
});

test('only the user of the connector may read the folder and what is in it', () => {
  const folder = join(folderOfTest(), 'journal');
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  lockFolder(folder)();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'lock')).mode & 0o777).toBe(0o600);
});

test('a folder that cannot be used gets no lock, and no error: the journal reports it', () => {
  const file = join(folderOfTest(), 'file');
  writeFileSync(file, 'not a folder');
  lockFolder(join(file, 'journal'))();
});

test('it prints no warning', () => {
  const script = `import { lockFolder } from ${JSON.stringify(LOCK)}; lockFolder(process.argv[1]);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, folderOfTest()], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
