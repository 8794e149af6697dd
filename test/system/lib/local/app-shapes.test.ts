import { fileURLToPath } from 'node:url';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { LocalSystem, type LocalSystemOptions } from '../../../../lib/local/local-system.ts';
import { runCli } from '../../../support/cli.ts';
import { Recorder } from '../../../support/recorder.ts';
import { until } from '../../../support/until.ts';

const recorder = new Recorder();
beforeEach(() => {
  recorder.clear();
  recorder.all.length = 0;
});

const folderOf = (shape: string): string =>
  fileURLToPath(new URL(`../../../support/app-shapes/${shape}`, import.meta.url));

async function open(shape: string, options: LocalSystemOptions = {}): Promise<LocalSystem> {
  const system = await LocalSystem.prepare(folderOf(shape), [], recorder, { hurry: 600, ...options });
  onTestFinished(() => system.stop());
  await system.start();
  return system;
}

function call(system: LocalSystem, more: { DetailType?: string; detail?: object; EventBusName?: string } = {}) {
  const { DetailType = 'StasisStart', detail = {}, ...entry } = more;
  const Detail = JSON.stringify({ type: DetailType, application: 'Greeter', ...detail });
  expect(system.putEvent({ Source: 'asterisk.ari', DetailType, Detail, ...entry })).toHaveProperty('EventId');
}

const lineOf = (title: string) =>
  until(`a line of ${title}`, () => recorder.lines.find((line) => line.startsWith(`${title}: `)));

test('a stage with two stacks runs in its own account and region, where it is chosen from two', async () => {
  const system = await open('stage', { stacks: ['Prod/*'] });
  expect(system.deployment).toMatchObject({ busNames: ['calls'], account: '222222222222', region: 'eu-central-1' });
  call(system);
  expect(await lineOf('Greeter')).toBe('Greeter: stage Prod in eu-central-1');
  expect(recorder.events).toMatchObject([{ account: '222222222222', region: 'eu-central-1' }]);
});

test('two stages with resources of the same names are refused, with what to do', async () => {
  await expect(open('stage')).rejects.toThrow(
    'The stacks Prod/Shared and Test/Shared both deploy calls, an AWS::Events::EventBus. Local mode runs the stacks of ' +
      "one account and region: choose them, such as --stack 'Prod/*'",
  );
  await expect(open('stage', { stacks: ['Beta/*'] })).rejects.toThrow(
    '--stack Beta/*: expected the name of a stack of the app, which has Prod/',
  );
});

test('a nested stack runs with what its parent passes, and gives its outputs to the parent', async () => {
  const system = await open('nested-stack');
  call(system);
  expect(await lineOf('Greeter')).toBe(`Greeter: on the bus ${system.deployment.busNames[0]}`);
  const reader = system.deployment.functions.find(({ title }) => title === 'Reader');
  expect(reader?.environment).toEqual({ ORDERS: 'orders' });
});

test('a bus of another app exists, and its events reach functions and a FIFO queue', async () => {
  const system = await open('imported-bus');
  expect(recorder.all).toContain(
    'local: No stack of this app has the event bus corporate: local mode makes one of this name',
  );
  call(system, { EventBusName: 'arn:aws:events:eu-central-1:222222222222:event-bus/corporate' });
  expect(await lineOf('Greeter')).toBe('Greeter: greeted');
  call(system, { EventBusName: 'corporate', DetailType: 'Order' });
  const orders = system.queues.find(({ queue }) => queue.fifo);
  expect(orders?.queue.url).toMatch(/\.fifo$/);
  expect(orders?.messages).toMatchObject([{ fifo: { groupId: 'orders', sequenceNumber: '00000000000000000001' } }]);
});

test('a rule invokes an alias: its ARN and version are in the context, its settings decide what follows an error', async () => {
  const system = await open('alias-target');
  call(system, { detail: { fails: true } });
  const arn = system.deployment.functions[0]?.arn;
  expect(await lineOf('Greeter')).toBe(`Greeter: ${arn}:live 1 1`);
  const { body } = await until('the record of the failure', () => recorder.deadLetters[0]);
  expect(JSON.parse(body)).toMatchObject({
    requestContext: { functionArn: `${arn}:live`, condition: 'RetriesExhausted', approximateInvokeCount: 1 },
    responseContext: { executedVersion: '1' },
    requestPayload: { detail: { fails: true } },
  });
});

test('a target that local mode does not run is named with its rule and the consequence, at start', async () => {
  await open('alias-target');
  expect(recorder.all.filter((line) => line.includes('The rule Flows'))).toEqual([
    expect.stringMatching(
      /^local: The rule Flows sends events to arn:aws:states:us-east-1:000000000000:stateMachine:Calls-Machine\w+, which does not run here, so they do not arrive: local mode runs functions, queues, other buses and log groups as targets$/,
    ),
  ]);
});

test('values come from the context, the build, parameters, and from what cdk.local.json gives', async () => {
  const system = await open('values');
  call(system);
  expect(JSON.parse((await lineOf('Greeter')).replace('Greeter: ', ''))).toEqual([
    ...['acme', 'built', '4711', 'en', '3', 'of this app', 'of another app', 'k-1', 't-1', 'exported'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own notation
    'sound:${lang}/us-east-1',
  ]);
});

test('a value of an option replaces that of the file, and is checked as CloudFormation does', async () => {
  const { deployment } = await open('values', { given: { parameters: { 'Calls:Line': '99', Languages: 'it,en' } } });
  expect(deployment.functions[0]?.environment).toMatchObject({ LINE: '99', LANGUAGE: 'en', COUNT: '2' });
});

test.each([
  [{ parameters: { Line: 'none' } }, 'Stack Calls: Parameter Line: expected a value that matches [0-9]+, got "none"'],
  [{ parameters: { Lines: '1' } }, 'The app has no parameter Lines: it has Calls:Line, Calls:Languages, '],
])('given values %j are refused', async (given, message) => {
  await expect(open('values', { given })).rejects.toThrow(message);
});

test('nodes that stand in the code of the app get the simulated Asterisk, and each application once', async () => {
  const cli = runCli(['start', '--no-console'], {}, undefined, folderOf('nodes-in-code'));
  onTestFinished(() => cli.kill());
  await cli.says('Handled calls: 2 of 2.');
  expect(cli.output).toMatch(/bus +NodeConnected pbx-1/);
  expect(cli.output).toMatch(/bus +NodeConnected pbx-2/);
  expect(cli.output).not.toContain('example.com');
}, 60_000);

test('an app without a connector is said to have none at once, and runs', async () => {
  const cli = runCli(['start', '--no-console'], {}, undefined, folderOf('nested-stack'));
  onTestFinished(() => cli.kill());
  await cli.says('have no connector (AriBridge or ConnectorService)');
  await cli.says('Reader, in a process of its own');
  expect(await cli.interrupt()).toBe(0);
}, 60_000);
