import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LocalProject } from '../../../../support/local-project.ts';
import { until } from '../../../../support/until.ts';

const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url));
/** Synthesizing takes seconds, on a busy machine many. */
const LIMIT_MS = 60_000;
vi.setConfig({ testTimeout: 2 * LIMIT_MS });

const project = new LocalProject();
const { path: app, recorder } = project;

const save = (file: string, text: string): void => project.save(file, text);
const handlerThatSays = (what: string) => `import { word } from './word.ts';
export const handler = async () => { console.log(word, ${JSON.stringify(what)}); };`;
const appWith = (...applications: string[]) => `import { App, Stack } from '${ROOT}node_modules/aws-cdk-lib/index.js';
import { CallEventBus } from '${ROOT}lib/cdk/call-event-bus.ts';
import { CallHandler } from '${ROOT}lib/cdk/call-handler.ts';
import { ariPattern } from '${ROOT}lib/index.ts';
const app = new App();
const calls = new Stack(app, 'Hot');
const { bus } = new CallEventBus(calls, 'Bus');
for (const application of ${JSON.stringify(applications)}) {
  const entry = application.toLowerCase() + '.ts';
  new CallHandler(calls, application, { entry, pattern: ariPattern({ application }), bus, nodes: [] });
}`;

beforeAll(async () => {
  save('app.ts', appWith('First', 'Second'));
  save('word.ts', 'export const word = "hello";');
  save('first.ts', handlerThatSays('first'));
  save('second.ts', handlerThatSays('second'));
  await project.start();
  await project.system.watch();
}, LIMIT_MS);
afterAll(async () => {
  await project.stop();
});

/** Saves a file, and waits until local mode reports the result. */
async function saved(file: string, text: string, said: RegExp): Promise<string> {
  const before = recorder.all.length;
  save(file, text);
  return until(`${said}`, () => recorder.all.slice(before).find((line) => said.test(line)), LIMIT_MS);
}

test('a saved handler runs from the next event on, without synthesizing again', async () => {
  expect(await project.call('First')).toBe('First: hello first');
  const assembly = project.system.assembly;
  await saved('first.ts', handlerThatSays('again'), /^local: First: first\.ts runs from the next event on/);
  expect(await project.call('First')).toBe('First: hello again');
  expect(await project.call('Second')).toBe('Second: hello second');
  expect(project.system.assembly).toBe(assembly);
});

test('so is a file that handlers import', async () => {
  await saved('word.ts', 'export const word = "good morning";', /^local: Second: word\.ts runs from the next event on/);
  await until('the same for the first', () =>
    recorder.all.some((line) => /^local: First: word\.ts runs from the next event on/.test(line)),
  );
  expect(await project.call('First')).toBe('First: good morning again');
  expect(await project.call('Second')).toBe('Second: good morning second');
});

test('a handler that cannot be bundled leaves the old one running and reports why; once fixed, the new one runs', async () => {
  const line = await saved('first.ts', 'export const handler = async () => { console.log(;', /is unchanged/);
  expect(line).toBe('local: First is unchanged: first.ts:1:49: Unexpected ";"');
  expect(await project.call('First')).toBe('First: good morning again');
  await saved('first.ts', handlerThatSays('fixed'), /runs from the next event on/);
  expect(await project.call('First')).toBe('First: good morning fixed');
});

test('a changed stack is synthesized again; unchanged functions keep their processes', async () => {
  await project.call('Second');
  save('third.ts', handlerThatSays('third'));
  const line = await saved('app.ts', appWith('First', 'Second', 'Third'), /Synthesized again/);
  for (const change of ['new function Third', 'new rule Third', 'new queue Third']) expect(line).toContain(change);
  expect(await project.call('Third')).toBe('Third: good morning third');
  await project.call('Second');
  await saved(
    'app.ts',
    appWith('Second', 'Third'),
    /Synthesized again in [\d.]+ s: removed function First, removed rule/,
  );
  expect(project.system.deployment.functions.map(({ title }) => title)).toEqual(['Second', 'Third']);
  await project.call('Second');
  expect(recorder.starts.map(({ cold }) => cold)).toEqual([false]);
});

test('a stack that cannot be synthesized changes nothing that runs, and reports why', async () => {
  const line = await saved('app.ts', 'throw new Error("no such stack");', /Nothing was changed/);
  expect(line).toContain('Nothing was changed. The CDK app (node app.ts) failed');
  expect(line).toContain('no such stack');
  expect(await project.call('Second')).toBe('Second: good morning second');
});

test('a handler whose file is missing is reported, and keeps running', async () => {
  const before = recorder.all.length;
  rmSync(join(app, 'second.ts'));
  await until('the reason', () => recorder.all.slice(before).find((line) => /Second is unchanged/.test(line)));
  expect(await project.call('Second')).toBe('Second: good morning second');
});
