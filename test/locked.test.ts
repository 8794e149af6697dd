import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Package {
  integrity?: string;
  inBundle?: boolean;
  optional?: boolean;
  hasInstallScript?: boolean;
}

const read = <T>(file: string): T => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')) as T;
const { packages } = read<{ packages: Record<string, Package> }>('package-lock.json');
const installed = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '');

test('every package is locked by its hash', () => {
  expect(installed.length).toBeGreaterThan(20);
  // What a package brings along in its own archive is covered by that one's hash.
  const unlocked = installed.filter(([, { integrity, inBundle }]) => !inBundle && !integrity?.startsWith('sha512-'));
  expect(unlocked.map(([path]) => path)).toEqual([]);
});

test('no package runs a script when it is installed, but those that are named', () => {
  const { allowScripts } = read<{ allowScripts: Record<string, boolean> }>('package.json');
  const running = installed.filter(([, { hasInstallScript, optional }]) => hasInstallScript && !optional);
  expect(running.map(([path]) => nameOf(path)).toSorted()).toEqual(Object.keys(allowScripts).toSorted());
});
