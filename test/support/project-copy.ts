import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PARTS = [
  'bin',
  'connector',
  'functions',
  'lib',
  'cdk.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

/** A copy of the project, to change its files; installed packages are shared. */
export function copyProject() {
  const { path: root, remove } = temporaryFolder();
  for (const part of PARTS) cpSync(join(ROOT, part), join(root, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return {
    root,
    /** Changes a file as its author would: a text that is in it once. */
    edit: (file: string, from: string, to: string): void => {
      const parts = readFileSync(join(root, file), 'utf8').split(from);
      if (parts.length !== 2) throw new Error(`${file}: expected ${from} once, found it ${parts.length - 1} times`);
      writeFileSync(join(root, file), parts.join(to));
    },
    remove,
  };
}
