import { execFileSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LocalProject } from '../../../../support/local-project.ts';

const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url));
const TIMES = 20;
/** From the save to the end of an invocation of the new code, on a machine that has time for it. */
const LIMIT_MS = 1000;
/** How long Node takes to start on such a machine, with some margin. On one that is busy all takes as much longer. */
const START_MS = 60;
vi.setConfig({ testTimeout: 120_000 });

const project = new LocalProject();
const { path: app } = project;

const save = (file: string, text: string): void => project.save(file, text);
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], { cwd: app, stdio: 'pipe' });
const says = (what: string) => `export const handler = async () => { console.log(${JSON.stringify(what)}); };`;
const imports = (file: string) =>
  `import word from ${JSON.stringify(file)};\nexport const handler = async () => { console.log(word); };`;

const APP = `import { App, Stack } from '${ROOT}node_modules/aws-cdk-lib/index.js';
import { CallEventBus } from '${ROOT}lib/cdk/call-event-bus.ts';
import { CallHandler } from '${ROOT}lib/cdk/call-handler.ts';
import { ariPattern } from '${ROOT}lib/index.ts';
const calls = new Stack(new App(), 'Saves');
const { bus } = new CallEventBus(calls, 'Bus');
for (const [application, entry] of [['Plain', 'functions/plain/index.ts'], ['Text', 'functions/text/index.ts'], ['Dot', 'functions/v1.2/index.ts']])
  new CallHandler(calls, application, { entry, pattern: ariPattern({ application }), bus, nodes: [] });`;

beforeAll(async () => {
  save('.gitignore', 'node_modules\ncdk.out\n');
  save('app.ts', APP);
  save('functions/plain/index.ts', says('main'));
  save('functions/text/index.ts', imports('../../texts/word.txt'));
  save('texts/word.txt', 'word');
  save('functions/v1.2/index.ts', imports('./words.d/word.ts'));
  save('functions/v1.2/words.d/word.ts', 'export default "word";');
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'main');
  git('switch', '-qc', 'other');
  git('rm', '-rq', 'functions/plain');
  save('functions/plain/index.ts', says('other'));
  git('add', '.');
  git('commit', '-qm', 'other');
  git('switch', '-q', 'main');
  await project.start();
  await project.system.watch();
}, 60_000);
afterAll(async () => {
  await project.stop();
});

/** How many times longer than on a free machine a process takes to start now. At least 1. */
function slowness(): number {
  const began = performance.now();
  execFileSync(process.execPath, ['--eval', '0']);
  return Math.max(1, (performance.now() - began) / START_MS);
}

/** Saves twenty times. @returns the times after which the new code had run, in milliseconds, and what was never used */
async function inUse(application: string, saveIt: (index: number) => string) {
  const late: number[] = [];
  const missed: string[] = [];
  for (let index = 0; index < TIMES; index++) {
    const before = slowness();
    const began = performance.now();
    const expected = `${application}: ${saveIt(index)}`;
    let isUsed = false;
    while (!isUsed && performance.now() - began < 10 * LIMIT_MS) {
      isUsed = (await project.call(application)) === expected;
      if (!isUsed) await sleep(10);
    }
    const took = Math.round(performance.now() - began);
    if (!isUsed) missed.push(expected);
    // Starting the bundler and the function are two processes, so the busier of the two moments counts.
    else if (took > LIMIT_MS && took > LIMIT_MS * Math.max(before, slowness())) late.push(took);
  }
  return { late, missed };
}

const NONE = { late: [], missed: [] };

test('a file that is written in place is used within a second, twenty times', async () => {
  const result = await inUse('Plain', (index) => {
    save('functions/plain/index.ts', says(`in place ${index}`));
    return `in place ${index}`;
  });
  expect(result).toEqual(NONE);
});

test('a file that replaces another by its name is used within a second, twenty times', async () => {
  const result = await inUse('Plain', (index) => {
    save('functions/plain/.index.ts.new', says(`renamed ${index}`));
    renameSync(join(app, 'functions/plain/.index.ts.new'), join(app, 'functions/plain/index.ts'));
    return `renamed ${index}`;
  });
  expect(result).toEqual(NONE);
});

test('what git switch brings, and brings back, is used within a second, twenty times', async () => {
  git('checkout', '-q', '.');
  const result = await inUse('Plain', (index) => {
    const branch = index % 2 === 0 ? 'other' : 'main';
    git('switch', '-q', branch);
    return branch;
  });
  expect(result).toEqual(NONE);
});

test('a handler’s folder that is removed and made again is used within a second, twenty times', async () => {
  const result = await inUse('Plain', (index) => {
    rmSync(join(app, 'functions/plain'), { recursive: true });
    save('functions/plain/index.ts', says(`again ${index}`));
    return `again ${index}`;
  });
  expect(result).toEqual(NONE);
});

test('a file in a new folder, and its next version, is used within a second, twenty times', async () => {
  const result = await inUse('Plain', (index) => {
    const half = Math.floor(index / 2);
    save(`functions/plain/new-${half}/deep/word.ts`, `export default "new ${index}";`);
    if (index % 2 === 0) save('functions/plain/index.ts', imports(`./new-${half}/deep/word.ts`));
    return `new ${index}`;
  });
  expect(result).toEqual(NONE);
});

test('a text that is imported is used within a second, twenty times', async () => {
  const result = await inUse('Text', (index) => {
    save('texts/word.txt', `text ${index}`);
    return `text ${index}`;
  });
  expect(result).toEqual(NONE);
});

test('a file in a folder with a dot in its name is used within a second, twenty times', async () => {
  const result = await inUse('Dot', (index) => {
    save('functions/v1.2/words.d/word.ts', `export default "dot ${index}";`);
    return `dot ${index}`;
  });
  expect(result).toEqual(NONE);
});
