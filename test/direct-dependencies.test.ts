import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { LockFile } from './support/lock-file.ts';

const DOCUMENT = readFileSync(new URL('../docs/dependencies.md', import.meta.url), 'utf8');
const lock = new LockFile();
const dependencies: Record<string, string> = manifest.dependencies;
const peers: Record<string, string> = manifest.peerDependencies;
const devDependencies: Record<string, string> = manifest.devDependencies;
const direct = [...new Set([dependencies, peers, devDependencies].flatMap((list) => Object.keys(list)))];

function kindOf(name: string): string {
  if (dependencies[name]) return 'installed with it';
  return peers[name] ? 'optional peer' : 'development';
}

/** `| package | kind | licence | brings | why |` */
const rows = [...DOCUMENT.matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| (\d+) \| (.+) \|$/gm)].map(
  ([, name = '', kind, license, brings, why]) => ({ name, kind, license, brings: Number(brings), why }),
);

test('docs/dependencies.md lists every direct dependency once, and nothing else', () => {
  expect(rows.map(({ name }) => name).toSorted()).toEqual(direct.toSorted());
});

test.each(direct)('docs/dependencies.md is right about %s, and gives the reason for it', (name) => {
  const row = rows.find((each) => each.name === name);
  expect(row).toMatchObject({ kind: kindOf(name), license: lock.direct(name)?.license, brings: lock.broughtBy(name) });
  expect(row?.why?.length).toBeGreaterThan(20);
});

test('peer dependencies are optional, and installed here for development', () => {
  for (const name of Object.keys(peers)) {
    expect(manifest.peerDependenciesMeta).toHaveProperty([name], { optional: true });
    expect(devDependencies).toHaveProperty([name]);
  }
});

test('no package is deprecated, and none has a script for its installation but esbuild, node, and one whose script is denied', () => {
  const all = Object.entries(lock.packages);
  expect(all.length).toBeGreaterThan(direct.length);
  expect(all.filter(([, { deprecated }]) => deprecated !== undefined).map(([path]) => path)).toEqual([]);
  const scripts = all.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  // By esbuild's own name it is under vite as well, should their versions differ.
  expect(new Set(scripts.map((path) => path.slice(path.lastIndexOf('node_modules/'))))).toEqual(
    // classic-level has its programs in the package; `allowScripts` denies its script. Tables are in memory and do not use it.
    new Set(['node_modules/classic-level', 'node_modules/esbuild', 'node_modules/node']),
  );
});

test('every package has a permissive licence', () => {
  const free = /^(\(?(MIT|Apache-2\.0|ISC|0BSD|BSD-[23]-Clause|BlueOak-1\.0\.0|MPL-2\.0|Unlicense)\b)/;
  const others = Object.entries(lock.packages).filter(([, { license }]) => !free.test(license ?? 'none'));
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});
