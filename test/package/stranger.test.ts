import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STRANGER = fileURLToPath(new URL('stranger/', import.meta.url));
const run = promisify(execFile);

/** Outside the checkout: nothing is found in parent folders. */
const folder = temporaryFolder();
const project = join(folder.path, 'project');
const production = join(folder.path, 'production');
const assembly = join(project, 'cdk.out');
let archive: string;

beforeAll(async () => {
  await npm(ROOT, 'run', '--silent', 'pack', '--', folder.path);
  archive = join(folder.path, readdirSync(folder.path).find((file) => file.endsWith('.tgz')) ?? 'none');
  for (const path of [project, production]) {
    mkdirSync(path);
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  }
  cpSync(STRANGER, project, { recursive: true });
  const settings = { target: 'es2024', module: 'nodenext', strict: true, noEmit: true, types: ['node'] };
  const compilerOptions = { ...settings, allowImportingTsExtensions: true };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  // Besides the package: its peer dependencies, in the versions that are tested here.
  const peers = Object.keys(manifest.peerDependencies).map((name) => `${name}@${installed(name)}`);
  const tools = ['aws-cdk', 'typescript', '@types/node'].map((name) => `${name}@${installed(name)}`);
  await npm(project, 'install', '--no-audit', '--no-fund', '--prefer-offline', archive, ...peers, ...tools);
  await npm(production, 'install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', archive);
}, 150_000);
afterAll(() => folder.remove());

function installed(name: string): string {
  return JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** Variables of `npm run` that would make child processes use this checkout. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_(package|lifecycle|config_local_prefix)|INIT_CWD)/.test(name)),
);

async function npm(cwd: string, ...args: string[]): Promise<void> {
  await run('npm', args, { cwd, env: environment });
}

/** Runs a program with Node in the stranger's project. @returns what it prints; fails with all that it says */
async function node(...args: string[]): Promise<string> {
  // No path of the checkout's own tools.
  const env = { ...environment, PATH: `${join(process.execPath, '..')}:/usr/bin:/bin` };
  try {
    return (await run(process.execPath, args, { cwd: project, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`node ${args.join(' ')}:\n${stdout}${stderr}`);
  }
}

test('a production install of the library, without the CDK, brings fewer than 15 packages', () => {
  const lock = JSON.parse(readFileSync(join(production, 'package-lock.json'), 'utf8'));
  const packages = Object.keys(lock.packages).filter((path) => path !== '');
  console.log(`a production install brings ${packages.length}: ${packages.join(', ')}`);
  expect(packages).toContain('node_modules/ari-eventbridge');
  expect(packages.length).toBeLessThan(15);
  for (const path of packages) expect(lock.packages[path]).not.toHaveProperty('hasInstallScript');
});

test('the package contains JavaScript, declarations and the connector, and no path of the checkout', () => {
  const path = join(production, 'node_modules/ari-eventbridge');
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map(({ parentPath, name }) => join(parentPath, name));
  expect(names.filter((name) => /(?<!\.d)\.ts$/.test(name))).toEqual([]);
  expect(names).toContain(join(path, 'connector/connector.cjs'));
  expect(names.filter((name) => readFileSync(name, 'utf8').includes(ROOT))).toEqual([]);
});

test('one handler and one rule take fewer than 40 lines', () => {
  const lines = ['greeter.ts', 'app.ts'].flatMap((file) => readFileSync(join(STRANGER, file), 'utf8').split('\n'));
  expect(lines.length).toBeLessThan(40);
});

test('its types resolve, and are not `any`', async () => {
  await node('node_modules/typescript/bin/tsc');
});

test('its CDK app synthesizes, with the handler’s bundle and the build context of the connector’s image', async () => {
  await node('node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '--app', `${process.execPath} app.ts`);
  const { Resources } = JSON.parse(readFileSync(join(assembly, 'Greeting.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  };
  const rules = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Events::Rule');
  expect(rules.map(({ Properties }) => Properties.EventPattern)).toEqual([
    {
      source: ['asterisk.ari'],
      'detail-type': ['StasisStart', 'PlaybackFinished'],
      detail: { application: ['Greeter'] },
    },
  ]);
  const assets = readdirSync(assembly).filter((name) => name.startsWith('asset.'));
  const contents = assets.map((name) => readdirSync(join(assembly, name)).toSorted());
  expect(contents).toContainEqual(['index.mjs']);
  const image = ['Dockerfile', 'connector.cdx.json', 'connector.cjs', 'volume'];
  expect(contents).toContainEqual(expect.arrayContaining(image));
});

test('its connector starts, and reports what is missing', async () => {
  const said = await node('node_modules/ari-eventbridge/connector/connector.cjs').catch(
    (error: Error) => error.message,
  );
  expect(said).toContain('EVENT_BUS_NAME: expected the name or ARN of the event bus, got nothing');
});

test('its handler is tested without AWS and Asterisk', async () => {
  await node('greeter-test.ts');
});

test('its command line runs', async () => {
  const said = await node('node_modules/.bin/ari-eventbridge', 'cost', '--calls-per-day', '1000');
  expect(said).toContain('1000 calls a day, ');
});
