import {
  Annotations,
  App,
  CfnOutput,
  type IStackSynthesizer,
  LegacyStackSynthesizer,
  NestedStack,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { expect, test } from 'vitest';
import { missingLookups, readCloudAssembly } from '../../../../lib/local/template/cloud-assembly.ts';
import { readDeployment } from '../../../../lib/local/template/read-deployment.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';

const EUROPE = { account: '111111111111', region: 'eu-central-1' };
const FOLDER = 'test/support/app-shapes/alias-target/greeter';

/** An app with a folder of its own for its cloud assembly, and with the context that local mode gives it. */
function newApp(): App {
  return new App({ outdir: folderOfTest(), context: { 'aws:cdk:enable-path-metadata': true } });
}

function functionIn(stack: Stack, environment: Record<string, string> = {}): LambdaFunction {
  const code = Code.fromAsset(FOLDER);
  return new LambdaFunction(stack, 'Fn', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code, environment });
}

test('the stacks of stages and nested stacks are read, each with its account, region and assets', async () => {
  const app = newApp();
  const plain = new Stack(app, 'Plain');
  const stage = new Stage(new Stage(app, 'Prod', { env: EUROPE }), 'Blue');
  const calls = new Stack(stage, 'Calls');
  const inner = new NestedStack(new NestedStack(calls, 'Sales'), 'Inner');
  functionIn(inner);
  new EventBus(plain, 'Bus');
  const assembly = await readCloudAssembly(app.synth().directory);
  const shown = [...assembly.stacks].map(([key, { name, account, region, parent }]) => [
    key,
    name,
    account,
    region,
    parent?.stack,
  ]);
  expect(shown).toEqual([
    ['Plain', 'Plain', '000000000000', 'us-east-1', undefined],
    ['Prod/Blue/Calls', 'Prod-Blue-Calls', '111111111111', 'eu-central-1', undefined],
    [
      'Prod/Blue/Calls/Sales',
      expect.stringMatching(/^Prod-Blue-Calls-Sales/),
      '111111111111',
      'eu-central-1',
      'Prod/Blue/Calls',
    ],
    ['Prod/Blue/Calls/Sales/Inner', expect.any(String), '111111111111', 'eu-central-1', 'Prod/Blue/Calls/Sales'],
  ]);
  const { functions, busNames } = readDeployment(assembly);
  expect(functions).toMatchObject([{ title: 'Fn', code: expect.stringContaining('asset.') }]);
  expect(functions[0]?.arn).toMatch(/^arn:aws:lambda:eu-central-1:111111111111:function:Prod-Blue-Calls-Sales/);
  expect(busNames).toHaveLength(1);
});

test.each([
  [['Prod/*'], ['Prod/One', 'Prod/Two']],
  [
    ['Prod-One', 'Plain'],
    ['Plain', 'Prod/One'],
  ],
  [['**/One'], ['Prod/One']],
])('of %j the stacks are %j', async (selected, expected) => {
  const app = newApp();
  const stage = new Stage(app, 'Prod');
  for (const [scope, id] of [
    [app, 'Plain'],
    [stage, 'One'],
    [stage, 'Two'],
  ] as const) {
    new CfnOutput(new Stack(scope, id), 'Out', { value: 'x' });
  }
  const { directory } = app.synth();
  expect([...(await readCloudAssembly(directory, selected)).stacks.keys()].toSorted()).toEqual(expected);
  await expect(readCloudAssembly(directory, ['Pro'])).rejects.toThrow(
    '--stack Pro: expected the name of a stack of the app, which has Plain, Prod/',
  );
});

test('a stack is read with those that it depends on', async () => {
  const app = newApp();
  const stage = new Stage(app, 'Prod');
  const [shared, calls] = [new Stack(stage, 'Shared'), new Stack(stage, 'Calls')];
  new Stack(stage, 'Other');
  functionIn(calls, { BUS: new EventBus(shared, 'Bus').eventBusName });
  const { stacks } = await readCloudAssembly(app.synth().directory, ['Prod/Calls']);
  expect([...stacks.keys()].toSorted()).toEqual(['Prod/Calls', 'Prod/Shared']);
});

test('a stack of the first synthesizer, whose assets are parameters, is read', async () => {
  const app = newApp();
  functionIn(new Stack(app, 'Old', { synthesizer: new LegacyStackSynthesizer() as IStackSynthesizer }));
  const { functions } = readDeployment(await readCloudAssembly(app.synth().directory));
  expect(functions).toMatchObject([{ title: 'Fn', code: expect.stringContaining('asset.') }]);
});

test('a value that a stack takes from another region is the one that the other stack has', async () => {
  const app = newApp();
  const one = new Stack(app, 'One', { env: { ...EUROPE, region: 'us-east-1' }, crossRegionReferences: true });
  const two = new Stack(app, 'Two', { env: EUROPE, crossRegionReferences: true });
  const bus = new EventBus(one, 'Bus');
  functionIn(two, { BUS: bus.eventBusArn });
  const { functions, busNames } = readDeployment(await readCloudAssembly(app.synth().directory));
  expect(functions.find(({ title }) => title === 'Fn')?.environment).toEqual({
    BUS: `arn:aws:events:us-east-1:111111111111:event-bus/${busNames[0]}`,
  });
});

test('errors that the app attached to its constructs refuse it, as cdk deploy does', async () => {
  const app = newApp();
  Annotations.of(new Stack(app, 'Calls')).addError('There is no bus');
  await expect(readCloudAssembly(app.synth().directory)).rejects.toThrow(
    'The CDK app has errors, and `cdk deploy` refuses it:\n  - /Calls: There is no bus',
  );
});

test('lookups without a result are known by their keys', () => {
  const app = newApp();
  StringParameter.valueFromLookup(new Stack(new Stage(app, 'Prod'), 'Calls', { env: EUROPE }), '/calls/line');
  expect(missingLookups(app.synth().directory)).toMatchObject([
    {
      key: 'ssm:account=111111111111:parameterName=/calls/line:region=eu-central-1',
      provider: 'ssm',
      props: { parameterName: '/calls/line' },
    },
  ]);
});
