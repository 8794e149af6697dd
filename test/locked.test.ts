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
  // Packages bundled in another package's archive are covered by its hash.
  const unlocked = installed.filter(([, { integrity, inBundle }]) => !inBundle && !integrity?.startsWith('sha512-'));
  expect(unlocked.map(([path]) => path)).toEqual([]);
});

test('no package runs an install script, except the listed ones', () => {
  const { allowScripts } = read<{ allowScripts: Record<string, boolean> }>('package.json');
  const running = installed.filter(([, { hasInstallScript, optional }]) => hasInstallScript && !optional);
  expect(running.map(([path]) => nameOf(path)).toSorted()).toEqual(Object.keys(allowScripts).toSorted());
});
