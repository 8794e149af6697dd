import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Session } from './session.ts';

const NEW_APP = fileURLToPath(new URL('./new-app/', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../', import.meta.url));
/** Tools that the app has besides the peer dependencies. `aws-cdk`: 3.0.0 cannot read what `aws-cdk-lib` writes. */
export const TOOLS = { '@types/node': '^24.19.2', 'aws-cdk': '2.1148.1', typescript: '^7.0.2' };
/** Peer dependencies that a new app uses: constructs, bundling, and of the SDK what a handler loads. */
const PEERS = ['@aws-sdk/client-secrets-manager', '@aws-sdk/client-sqs', 'aws-cdk-lib', 'constructs', 'esbuild'];

interface Manifest {
  name: string;
  version: string;
  engines: { node: string };
  peerDependencies: Record<string, string>;
}

/** `ari-eventbridge init` */
export function init(command: Command, { root, say }: Session): void {
  command
    .description(
      'Makes an app in a new or empty folder: a call handler, its test, the stacks, and a README. It writes into no other ' +
        'folder, and installs nothing.',
    )
    .argument('<folder>', 'a folder that is new or empty; its name becomes that of the app')
    .action(async (folder: string) => {
      const path = resolve(root, folder);
      const name = nameOf(path);
      await requireEmpty(path);
      const manifest = await manifestOf(name, path);
      await write(path, name, manifest);
      say(nextSteps(relative(root, path)));
    });
}

/** The name of the app and its package: that of the folder, in the letters that npm allows. */
function nameOf(path: string): string {
  const name = basename(path)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (/[a-z]/.test(name)) return name;
  throw new Error(
    `${path}: expected a folder with a letter from a to z in its name, as that becomes the name of the app`,
  );
}

/** The name of the app's stack: `my-app` → `MyApp`. CloudFormation wants a letter first. */
function stackName(name: string): string {
  const words = name.split('-').filter(Boolean);
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^\d/.test(joined) ? `App${joined}` : joined;
}

async function requireEmpty(path: string): Promise<void> {
  const files = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw new Error(`${path}: expected a new or empty folder, got a file`);
    throw error;
  });
  const others = files.filter((file) => file !== '.git');
  if (others.length === 0) return;
  const some = others.slice(0, 3).join(', ') + (others.length > 3 ? ', …' : '');
  throw new Error(`${path}: expected a new or empty folder, got one with ${some}; nothing was written`);
}

async function write(path: string, name: string, manifest: object): Promise<void> {
  await mkdir(path, { recursive: true });
  await cp(NEW_APP, path, { recursive: true });
  // npm leaves a .gitignore out of packages.
  await rename(join(path, 'gitignore'), join(path, '.gitignore'));
  await writeFile(join(path, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of ['README.md', 'bin/app.ts']) {
    const text = await readFile(join(path, file), 'utf8');
    await writeFile(join(path, file), text.replaceAll('new-app', name).replaceAll('NewApp', stackName(name)));
  }
}

async function manifestOf(name: string, path: string): Promise<object> {
  const own = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as Manifest;
  const peers = PEERS.map((peer) => [peer, own.peerDependencies[peer]] as const);
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: own.engines,
    scripts: {
      start: 'ari-eventbridge start',
      test: 'node --test',
      check: 'tsc',
      'asterisk-config': 'ari-eventbridge asterisk-config',
      doctor: 'ari-eventbridge doctor',
    },
    dependencies: { [own.name]: await specOf(own, path) },
    devDependencies: sorted(Object.fromEntries([...peers, ...Object.entries(TOOLS)])),
    allowScripts: { esbuild: true },
  };
}

/**
 * Where the app gets this package from: the file that npm has installed this one from, else the registry.
 *
 * @throws in a checkout, which is no package
 */
async function specOf({ name, version }: Manifest, path: string): Promise<string> {
  if (existsSync(join(PACKAGE, 'bin/pack.ts'))) {
    throw new Error(
      'init needs the package, and this is a checkout. Make the package, and run its own init:\n' +
        '  npm run pack -- ..\n' +
        `  npm exec --package ../${name}-${version}.tgz -- ${name} init ../my-app`,
    );
  }
  const file = await archiveOf(name);
  return file === undefined ? `^${version}` : `file:${relative(path, file)}`;
}

/** npm notes in the folder of the project where each package came from; with `install-strategy=linked`, further up. */
async function archiveOf(name: string): Promise<string | undefined> {
  for (let folder = dirname(PACKAGE); folder !== dirname(folder); folder = dirname(folder)) {
    const notes = await readFile(join(folder, 'node_modules/.package-lock.json'), 'utf8').catch(() => '{}');
    const { packages = {} } = JSON.parse(notes) as { packages?: Record<string, { resolved?: string }> };
    const own = Object.entries(packages).find(
      ([place, { resolved }]) => place.endsWith(`node_modules/${name}`) && resolved?.startsWith('file:'),
    );
    if (own) return resolve(folder, (own[1].resolved as string).slice('file:'.length));
  }
  return undefined;
}

function nextSteps(folder: string): string {
  const steps = [
    ...(folder === '' ? [] : [`cd ${/^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`}`]),
    'npm install',
    'npm start      a simulated caller calls the handler; Ctrl-C ends it',
    'npm test',
  ];
  return `${folder === '' ? 'The app' : folder} is ready. Next:\n\n${steps.map((step) => `  ${step}\n`).join('')}`;
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
