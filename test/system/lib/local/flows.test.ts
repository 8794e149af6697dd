import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedContexts } from '../../../../lib/asterisk/armed-extensions.ts';
import { LocalSystem } from '../../../../lib/local/local-system.ts';
import { SimulatedAsterisk } from '../../../../lib/simulator/simulated-asterisk.ts';
import { copyProject } from '../../../support/project-copy.ts';
import { Recorder } from '../../../support/recorder.ts';
import { until } from '../../../support/until.ts';

const NODE = 'pbx-1';
const APP = 'Ivr';
const CALLS = 20;
const LIMIT_MS = 60_000;
const project = copyProject();
const recorder = new Recorder();
let asterisk: SimulatedAsterisk;
let system: LocalSystem;

/** A flow that asks for a digit, and says then which version of it runs. */
const flow = (version: string): string => `import { callFlow } from 'ari-eventbridge/flow';
export const handler = callFlow(async (call) => {
  const { digits } = await call.gather({ prompt: 'sound:vm-password', maxDigits: 1, timeout: 120 });
  await call.step('version', async () => console.log('${version}', call.id, digits));
  await call.hangup();
});`;
const save = (version: string) => writeFileSync(join(project.root, 'functions/pin-flow/index.ts'), flow(version));

const STACK = `import { App, Stack } from 'aws-cdk-lib';
import { readConfig } from '../lib/cdk/config.ts';
import { AriBridge, CallFlow } from '../lib/cdk/index.ts';
const app = new App();
const { nodes } = readConfig(app);
const stack = new Stack(app, 'Flows');
const bridge = new AriBridge(stack, 'Bridge', { nodes });
new CallFlow(stack, 'Ivr', { ...bridge.handlerDefaults, entry: 'functions/pin-flow/index.ts', application: '${APP}' });`;

beforeAll(async () => {
  writeFileSync(join(project.root, 'bin/app.ts'), STACK);
  save('old');
  asterisk = await SimulatedAsterisk.start({
    dialplan: { ivr: APP },
    extensionsConf: sharedContexts('busy'),
  });
  system = await LocalSystem.prepare(project.root, [{ name: NODE, url: asterisk.url, apps: [APP] }], recorder);
  for (const { connector, handlers } of system.users) {
    asterisk.allow({ ...connector, readOnly: true });
    asterisk.allow(handlers);
  }
  const connected = system.connected(NODE);
  await system.start();
  await connected;
  await system.watch();
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await asterisk?.stop();
  project.remove();
});

/** Waits until so many calls run, and each flow sleeps with its prompt playing. */
const asleep = (count: number) =>
  until(
    `${count} flows that sleep`,
    () =>
      system.executions.filter(({ Status }) => Status === 'RUNNING').length === count &&
      recorder.starts.length === recorder.invocations.length &&
      asterisk.channels.filter(({ state }) => state === 'Up').length === count,
    LIMIT_MS,
  );

test('a flow that is saved in the middle of 20 calls: each ends on the code that it began with', async () => {
  const dial = (): string => asterisk.dial('ivr') ?? expect.fail('no connector has the app');
  const old = Array.from({ length: CALLS }, dial);
  await asleep(CALLS);
  save('new');
  await until('the new code', () => recorder.lines.some((line) => line.includes('runs from the next event on')));
  const fresh = dial();
  await asleep(CALLS + 1);
  for (const id of [...old, fresh]) asterisk.pressDigit(id, '5');
  await until('the ends of all calls', () => system.executions.every(({ Status }) => Status !== 'RUNNING'), LIMIT_MS);
  expect(recorder.failures).toEqual([]);
  expect(recorder.deadLetters).toEqual([]);
  const said = recorder.lines.flatMap((line) => /^Ivr: ((?:old|new) .*)/.exec(line)?.[1] ?? []);
  expect(said.toSorted()).toEqual([...old.map((id) => `old ${id} 5`), `new ${fresh} 5`].toSorted());
  expect(system.executions.map(({ Status, Version }) => `${Status} ${Version}`)).toEqual([
    ...Array(CALLS).fill('SUCCEEDED 1'),
    'SUCCEEDED 2',
  ]);
}, 240_000);
