import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openBrowser, openPage } from '../browser/browser.ts';
import { runProgram } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { install, OUTSIDE, run } from './outside.ts';

/** Outside the checkout, and with characters in its name that shells, URLs and CDK could read as their own. */
const folder = temporaryFolder();
const empty = join(folder.path, "it's empty, 100 %41 #1");
const app = join(empty, 'my-app');
const archive = join(empty, basename(inject('archive')));

/** Runs the package's program without installing it in the folder, as the README describes. */
const outsideOfProjects = (...args: string[]): Promise<string> =>
  run(empty, 'npm', 'exec', '--yes', '--package', `./${basename(archive)}`, '--', 'ari-eventbridge', ...args);

function edit(file: string, from: string, to: string): void {
  const parts = readFileSync(join(app, file), 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${file}: expected ${from} once, found it ${parts.length - 1} times`);
  writeFileSync(join(app, file), parts.join(to));
}

let said: string;
beforeAll(async () => {
  mkdirSync(empty);
  cpSync(inject('archive'), archive);
  said = await outsideOfProjects('init', 'my-app');
  await install(app);
}, 150_000);
afterAll(() => folder.remove());

test('init makes an app, and says what to do next', () => {
  expect(said).toMatch(/^my-app is ready\. Next:\n\n {2}cd my-app\n {2}npm install\n {2}npm start .*\n {2}npm test\n$/);
  expect(readdirSync(app).toSorted()).toEqual([
    '.gitignore',
    'README.md',
    'bin',
    'cdk.json',
    'functions',
    'node_modules',
    'package-lock.json',
    'package.json',
    'test',
    'tsconfig.json',
  ]);
  const { name, dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  expect(name).toBe('my-app');
  expect(dependencies).toEqual({ 'ari-eventbridge': `file:../${basename(archive)}` });
  const texts = ['README.md', 'bin/app.ts'].map((file) => readFileSync(join(app, file), 'utf8')).join('\n');
  expect(texts).toMatch(/^# my-app\n/);
  expect(texts).toContain("new Stack(app, 'MyApp', ");
  expect(texts).not.toMatch(/new-?app/i);
});

test('init refuses a folder that is not empty, also its own app', async () => {
  const before = readFileSync(join(app, 'package.json'), 'utf8');
  await expect(outsideOfProjects('init', 'my-app')).rejects.toThrow('expected a new or empty folder, got one with');
  expect(readFileSync(join(app, 'package.json'), 'utf8')).toBe(before);
});

test('the tests of the app pass, and fail where the handler is wrong', async () => {
  expect(await run(app, 'npm', 'test')).toMatch(/^ℹ pass 2$/m);
  edit('functions/greeter/index.ts', "'sound:hello-world'", "'sound:demo-congrats'");
  await expect(run(app, 'npm', 'test')).rejects.toThrow(/^ℹ fail 2$/m);
  edit('functions/greeter/index.ts', "'sound:demo-congrats'", "'sound:hello-world'");
});

test('its types are right', async () => {
  await run(app, 'npm', 'run', 'check');
});

test('asterisk-config writes the files for its node', async () => {
  const written = await run(app, 'npx', '--no', 'ari-eventbridge', 'asterisk-config', 'extensions.conf');
  expect(written).toMatch(/^exten => greeter,1,NoOp\(\)\n( same => n,.*\n)* same => n,Stasis\(Greeter\)\n/m);
});

describe('npm start', () => {
  let program: ReturnType<typeof runProgram>;
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
    program = runProgram('npm', ['start', '--', '--console-port', '0'], app, OUTSIDE);
  });
  afterAll(async () => {
    await browser?.close();
    program?.kill();
  });

  test('handles a call', async () => {
    await program.says(/caller +greeter → Greeter: Greeter answered and sent \d+ commands/);
    await program.says('Handled calls: 1 of 1. Ctrl-C stops everything.');
  });

  test('shows a call in the console’s page, and runs a saved handler from the next call on', async () => {
    const url = /console +(http:\/\/127\.0\.0\.1:\d+)/.exec(program.output)?.[1] ?? 'no console';
    const { page, problems } = await openPage(browser, url);
    const call = async (name: string, digit: string, step: RegExp): Promise<void> => {
      await page.getByLabel('Caller').fill(name);
      await page.getByRole('button', { name: 'Call' }).click();
      await page.getByRole('button', { name: `Press ${digit}` }).click();
      await page.getByRole('option', { name: step }).waitFor();
    };
    await call('Carol', '1', /StasisStart .*gathered,choice,/);
    // The dialplan plays no tone: the handler does, by ARI, and Asterisk reports that as an event.
    edit('functions/greeter/index.ts', "'sound:hello-world'", "'tone:ring'");
    await program.says('Greeter: functions/greeter/index.ts runs from the next event on');
    await call('Dave', '2', /PlaybackStarted .*tone:ring/);
    edit('functions/greeter/index.ts', "'tone:ring'", "'sound:hello-world'");
    expect(problems).toEqual([]);
  });

  test('reports no failure, and ends with Ctrl-C', async () => {
    expect(program.output).not.toMatch(/failed|error|cannot/i);
    await program.interrupt();
    expect(program.output).toContain('connector  stopping');
  });
});

test('npx cdk synth synthesizes it, also with the doctor’s function, whose bundle runs', async () => {
  edit('bin/app.ts', 'AriBridge, CallHandler }', 'AriBridge, CallHandler, DoctorFunction }');
  edit(
    'bin/app.ts',
    "new CallHandler(calls, 'Greeter'",
    "new DoctorFunction(calls, 'Doctor', bridge.handlerDefaults);\nnew CallHandler(calls, 'Greeter'",
  );
  await run(app, 'npx', '--no', 'cdk', 'synth', '--quiet');
  const assembly = join(app, 'cdk.out');
  const { Resources } = JSON.parse(readFileSync(join(assembly, 'MyApp.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: { Description?: string; Code: { S3Key: string } } }>;
  };
  const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  expect(Object.values(Resources).filter(({ Type }) => Type === 'AWS::EC2::EIP')).toHaveLength(1);
  for (const { Properties } of functions) expect(Properties).toHaveProperty('VpcConfig');
  const doctor = functions.find(({ Properties }) => Properties.Description?.startsWith('Examines'));
  // As in Lambda, without a package.json above it.
  const asset = join(folder.path, 'doctor');
  cpSync(join(assembly, `asset.${doctor?.Properties.Code.S3Key.replace('.zip', '')}`), asset, { recursive: true });
  const nodes = [{ name: 'pbx-1', url: 'https://pbx-1.example.com:8089/ari', apps: ['Greeter'], secretId: 'none' }];
  const invoke = `process.env.ARI_NODES = '${JSON.stringify(nodes)}';
    require(process.argv[1]).handler({ node: 'pbx-2' }).then((answer) => console.log(answer.findings[0].says));`;
  const answer = await run(app, process.execPath, '-e', invoke, join(asset, 'index.js'));
  expect(answer).toBe('this function has no node "pbx-2"\n');
});
