import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runProgram } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { install, OUTSIDE, run, runBoth, tested } from './outside.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STRANGER = fileURLToPath(new URL('stranger/', import.meta.url));

/** Outside the checkout: nothing is found in parent folders. */
const folder = temporaryFolder();
const project = join(folder.path, 'project');
const production = join(folder.path, 'production');
const assembly = join(project, 'cdk.out');

beforeAll(async () => {
  for (const path of [project, production]) {
    mkdirSync(path);
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  }
  cpSync(STRANGER, project, { recursive: true });
  // Besides the package: its peer dependencies, in the versions that are tested here.
  const others = [...Object.keys(manifest.peerDependencies), 'aws-cdk', 'typescript', '@types/node'];
  // Each package sees only what it depends on, as with pnpm.
  await install(project, '--install-strategy=linked', inject('archive'), ...others.map(tested));
  await install(production, '--omit=dev', inject('archive'));
}, 150_000);
afterAll(() => folder.remove());

const node = (...args: string[]): Promise<string> => run(project, process.execPath, ...args);

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
  const sources = names.filter((name) => /(?<!\.d)\.tsx?$/.test(name)).map((name) => relative(path, name));
  // Node loads no TypeScript from node_modules; these become files of a new app.
  expect(sources.filter((name) => !name.startsWith('bin/new-app/'))).toEqual([]);
  expect(names).toContain(join(path, 'connector/connector.cjs'));
  expect(names.filter((name) => readFileSync(name, 'utf8').includes(ROOT))).toEqual([]);
});

test('one handler and one rule take fewer than 40 lines', () => {
  const lines = ['greeter.ts', 'app.ts'].flatMap((file) => readFileSync(join(STRANGER, file), 'utf8').split('\n'));
  expect(lines.length).toBeLessThan(40);
});

/** The first also checks the declarations themselves, which takes three times as long. */
test.each([
  ['nodenext', 'module', { module: 'nodenext', skipLibCheck: false }],
  ['nodenext', 'commonjs', { module: 'nodenext' }],
  ['bundler', 'module', { module: 'esnext', moduleResolution: 'bundler' }],
  ['bundler', 'commonjs', { module: 'esnext', moduleResolution: 'bundler' }],
])('its types resolve by %s in a project of the type %s, and are not `any`', async (_, type, settings) => {
  const path = join(project, 'package.json');
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(before), type }));
  const options = { target: 'es2024', strict: true, noEmit: true, types: ['node'], skipLibCheck: true };
  const compilerOptions = { ...options, ...settings };
  const config = { compilerOptions, files: ['types.ts'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
  try {
    await node('node_modules/typescript/bin/tsc');
  } finally {
    writeFileSync(path, before);
  }
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
  expect(contents.map((names) => names.toSorted())).toContainEqual(['ari-nodes', 'index.mjs']);
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

test('npm start runs it with a simulated Asterisk, though its nodes stand in its own code', async () => {
  writeFileSync(join(project, 'cdk.json'), JSON.stringify({ app: 'node app.ts' }));
  const program = runProgram(
    process.execPath,
    ['node_modules/.bin/ari-eventbridge', 'start', '--no-console'],
    project,
    OUTSIDE,
  );
  try {
    await program.says('Handled calls: 1 of 1.');
    expect(program.output).toMatch(/caller +greeter → Greeter: Greeter answered and sent \d+ commands/);
  } finally {
    await program.interrupt();
    program.kill();
  }
});

test('its libraries can be loaded by `require`', async () => {
  const names = ['', '/cdk', '/dynamodb', '/pattern', '/testing'].map((name) => `require('ari-eventbridge${name}')`);
  await node('--input-type=commonjs', '-e', names.join(';'));
});

describe('where a package is missing that a command needs', () => {
  const program = ['node_modules/.bin/ari-eventbridge'];
  const inProduction = (...args: string[]): Promise<string> =>
    run(production, process.execPath, ...program, ...args).catch((error: Error) => error.message);

  beforeAll(() => {
    const node = { name: 'pbx', url: 'https://pbx.example.com:8089/ari', apps: ['Greeter'] };
    writeFileSync(join(production, 'cdk.json'), JSON.stringify({ app: 'node app.ts', context: { nodes: [node] } }));
    cpSync(join(STRANGER, 'app.ts'), join(production, 'app.ts'));
  });

  test.each([[['--help']], [['start', '--help']], [['cost', '--help']], [['completion', 'bash']]])(
    '%j does not need it',
    async (args) => {
      await run(production, process.execPath, ...program, ...args);
    },
  );

  test.each([
    [['start'], 'aws-cdk-lib constructs esbuild'],
    [['cost', '--calls-per-day', '1'], 'aws-cdk-lib constructs esbuild'],
    [['doctor', '--from-secrets'], '@aws-sdk/client-secrets-manager'],
    [['doctor', '--from', 'lambda', '--function', 'doctor'], '@aws-sdk/client-lambda'],
    [['asterisk-config', '--from-secrets'], '@aws-sdk/client-secrets-manager'],
  ])('%j names it in one line, with the command that installs it: %s', async (args, names) => {
    const [, ...lines] = (await inProduction(...args)).trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.replace(/@\^[\d.]+/g, '')).toMatch(
      new RegExp(`which (is|are) not installed: npm install --save-dev ${names}$`),
    );
  });
});

test('it can be published as it is', async () => {
  const path = join(production, 'node_modules/ari-eventbridge');
  const published = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  expect(published).toMatchObject({ name: 'ari-eventbridge', version: manifest.version, license: 'MIT' });
  for (const field of ['private', 'scripts', 'devDependencies']) expect(published).not.toHaveProperty(field);
  const { stdout, stderr } = await runBoth(production, 'npm', 'publish', inject('archive'), '--dry-run');
  expect(stdout).toBe(`+ ari-eventbridge@${manifest.version}\n`);
  const warnings = stderr.split('\n').filter((line) => /^npm (warn|error)/i.test(line));
  expect(warnings.filter((line) => !line.includes('requires you to be logged in'))).toEqual([]);
});

test('a version that the project has installed takes precedence over a global one', async () => {
  const path = join(project, 'node_modules/ari-eventbridge/package.json');
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(before), version: '9.9.9' }));
  const globally = join(production, 'node_modules/.bin/ari-eventbridge');
  expect(await run(project, process.execPath, globally, '--version')).toBe('9.9.9\n');
  writeFileSync(path, before);
  expect(await run(folder.path, process.execPath, globally, '--version')).toBe(`${manifest.version}\n`);
});
