import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteSecretCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { APPS } from '../support/apps.ts';
import { copyProject } from '../support/project-copy.ts';
import type { Json } from '../support/synth.ts';
import { until } from '../support/until.ts';
import { cdk } from './cdk.ts';
import { leaveOutUnknown } from './known-part.ts';
import { ACCOUNT, MiniStack, REGION } from './ministack.ts';

// Each setting is switched on both deployed stacks, there and back. MiniStack refuses an export in use only when its stack is
// deleted: that no export can be in use is shown by test/system/bin/switches.test.ts.

const CALLS = 'AriEventBridge';
const CONNECTOR = 'AriEventBridgeConnector';
const node = (name: string, more: Json = {}) => ({
  name,
  url: `https://${name}.example.com:8089/ari`,
  apps: APPS,
  ...more,
});
const ALWAYS = {
  asteriskNetwork: 'open',
  retain: 'nothing',
  schemas: false,
  connectorImage: 'ghcr.io/example/connector:1',
};

/** For tests that deploy more than once. */
const SEVERAL_MS = 500_000;

let cloud: MiniStack;
let project: ReturnType<typeof copyProject>;

beforeAll(async () => {
  cloud = await MiniStack.start();
  project = copyProject();
  await cdk(project.root, cloud.environment, 'bootstrap', `aws://${ACCOUNT}/${REGION}`);
});
afterAll(async () => {
  project?.remove();
  await cloud?.stop();
});

/** Deploys what of the stacks MiniStack knows. @returns the names of secrets that there are then */
async function deploy(given: Json): Promise<string[]> {
  const assembly = join(project.root, 'cdk.out');
  const { connectorImage, ...always } = ALWAYS;
  const settings = { ...always, ...(given.connector !== false && { connectorImage }), ...given };
  const context = Object.entries(settings).flatMap(([key, value]) => [
    '--context',
    `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
  await cdk(project.root, cloud.environment, 'synth', '--quiet', '--output', assembly, ...context);
  const stacks = given.connector === false ? [CALLS] : [CALLS, CONNECTOR];
  for (const stack of stacks) {
    const out = leaveOutUnknown(join(assembly, `${stack}.template.json`));
    console.log(`${stack} is deployed without what MiniStack does not know: ${out.join(', ')}`);
  }
  const how = ['--require-approval', 'never', '--app', assembly];
  await cdk(project.root, cloud.environment, 'deploy', ...stacks, ...how);
  const { SecretList = [] } = await cloud.secrets.send(new ListSecretsCommand({}));
  return SecretList.map(({ Name = '' }) => Name).toSorted();
}

async function statusOf(stack: string): Promise<string | undefined> {
  const xml = await cloud.ask('cloudformation', `/?Action=DescribeStacks&StackName=${stack}&Version=2010-05-15`);
  return /<StackStatus>(\w+)</.exec(xml)?.[1];
}

const secretsOf = (...nodes: string[]) =>
  nodes.flatMap((name) => [`ari-eventbridge/${name}/connector`, `ari-eventbridge/${name}/handlers`]).toSorted();
const ONE = { nodes: [node('pbx-1')] };
/** As by default. */
const RETAINED = { retain: 'passwords' };

/** Each stack was changed, or had no change. */
async function areComplete(...stacks: string[]): Promise<void> {
  for (const stack of stacks) expect(await statusOf(stack), stack).toMatch(/^(UPDATE|CREATE)_COMPLETE$/);
}

test('both stacks are deployed, the connector’s with its cluster, task and service', async () => {
  expect(await deploy(ONE)).toEqual(secretsOf('pbx-1'));
  expect([await statusOf(CALLS), await statusOf(CONNECTOR)]).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
  const resources = await cloud.ask(
    'cloudformation',
    `/?Action=ListStackResources&StackName=${CONNECTOR}&Version=2010-05-15`,
  );
  for (const type of ['Cluster', 'TaskDefinition', 'Service']) {
    expect(resources).toContain(`<ResourceType>AWS::ECS::${type}</ResourceType>`);
  }
});

test.each<[string, Json, string[]]>([
  ['a second node', { nodes: [node('pbx-1'), node('pbx-2')] }, secretsOf('pbx-1', 'pbx-2')],
  [
    'both in a group',
    { nodes: ['pbx-1', 'pbx-2'].map((name) => node(name, { userGroup: 'north' })) },
    ['ari-eventbridge/north/connector', 'ari-eventbridge/north/handlers'],
  ],
  ['one node again', ONE, secretsOf('pbx-1')],
  ['a key of the account', { ...ONE, customerManagedKey: true }, secretsOf('pbx-1')],
  ['no such key again', ONE, secretsOf('pbx-1')],
  ['a node of another name', { nodes: [node('pbx-9')] }, secretsOf('pbx-9')],
  ['the first name again', ONE, secretsOf('pbx-1')],
])('then %s', async (_, context, secrets) => {
  expect(await deploy(context)).toEqual(secrets);
  await areComplete(CALLS, CONNECTOR);
});

test(
  'then a handler is removed, and added again',
  async () => {
    const handlers = async () => {
      const functions = await cloud.ask('lambda', '/2015-03-31/functions/');
      return [...functions.matchAll(/"FunctionName": ?"AriEventBridge-(\w+?)Function/g)]
        .map(([, name]) => name)
        .toSorted();
    };
    const all = await handlers();
    expect(all).toContain('Voicemail');
    const app = readFileSync(join(project.root, 'bin/app.ts'), 'utf8');
    const [voicemail = ''] = /new CallHandler\(calls, 'Voicemail'.*?^\}\);\n/ms.exec(app) ?? [];
    project.edit('bin/app.ts', voicemail, '// without voicemail\n');
    await deploy(ONE);
    expect(await handlers()).toEqual(all.filter((name) => name !== 'Voicemail'));
    project.edit('bin/app.ts', '// without voicemail\n', voicemail);
    await deploy(ONE);
    expect(await handlers()).toEqual(all);
    await areComplete(CALLS, CONNECTOR);
  },
  SEVERAL_MS,
);

test(
  'then the connector runs elsewhere, and here again',
  async () => {
    expect(await deploy({ ...ONE, connector: false })).toEqual(secretsOf('pbx-1'));
    // As docs/lifecycle.md says: `cdk` no longer knows the stack.
    await cloud.ask('cloudformation', `/?Action=DeleteStack&StackName=${CONNECTOR}&Version=2010-05-15`);
    await until('the stack to be deleted', async () => !(await isThere(CONNECTOR)), 60_000);
    expect(await deploy(ONE)).toEqual(secretsOf('pbx-1'));
    await areComplete(CALLS, CONNECTOR);
  },
  SEVERAL_MS,
);

const destroyConnector = () => cdk(project.root, cloud.environment, 'destroy', CONNECTOR, '--force', '--exclusively');

/**
 * What docs/lifecycle.md says of these settings: the connector's stack is destroyed first, so that its task leaves the VPC, and
 * the password that it leaves is deleted.
 */
async function moveTo(network: Json): Promise<void> {
  if (await isThere(CONNECTOR)) await destroyConnector();
  const SecretId = 'ari-eventbridge/pbx-1/connector';
  await cloud.secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  expect(await deploy({ ...ONE, ...RETAINED, ...network })).toEqual(secretsOf('pbx-1'));
  await areComplete(CALLS, CONNECTOR);
}

test(
  'a stack that is destroyed leaves its password, which is deleted before the next deployment',
  async () => {
    expect(await deploy({ ...ONE, ...RETAINED })).toEqual(secretsOf('pbx-1'));
    await destroyConnector();
    const { SecretList = [] } = await cloud.secrets.send(new ListSecretsCommand({}));
    // AWS refuses a second one of that name; MiniStack replaces it.
    expect(SecretList.map(({ Name }) => Name).toSorted()).toEqual(secretsOf('pbx-1'));
    await moveTo({});
  },
  SEVERAL_MS,
);

test(
  'then all have one fixed address, by the documented steps, and changing ones again',
  async () => {
    const vpcs = async () => namesIn(await cloud.ask('ec2', '/?Action=DescribeVpcs&Version=2016-11-15'), 'cidrBlock');
    const before = await vpcs();
    await moveTo({ asteriskNetwork: 'fixed', vpcCidr: '10.42.0.0/16' });
    expect(await vpcs()).toContain('10.42.0.0/16');
    await moveTo({ asteriskNetwork: 'open' });
    expect(await vpcs()).toEqual(before);
  },
  SEVERAL_MS,
);

test(
  'then they are in a VPC that exists, by the documented steps, and in their own again',
  async () => {
    const made = async (what: string, query: string): Promise<string> => {
      const answer = await cloud.ask('ec2', `/?Action=Create${what}&${query}&Version=2016-11-15`);
      return namesIn(answer, `${what.toLowerCase()}Id`)[0] ?? expect.fail(answer);
    };
    const vpcId = await made('Vpc', 'CidrBlock=10.9.0.0%2F16');
    const subnetId = await made('Subnet', `VpcId=${vpcId}&CidrBlock=10.9.0.0%2F24&AvailabilityZone=${REGION}a`);
    const vpc = { vpcId, availabilityZones: [`${REGION}a`], subnetIds: [subnetId] };
    const groups = async () =>
      namesIn(await cloud.ask('ec2', '/?Action=DescribeSecurityGroups&Version=2016-11-15'), 'vpcId');
    const others = (await groups()).filter((id) => id === vpcId);
    await moveTo({ asteriskNetwork: 'private', vpc });
    // One of each function and of the connector.
    expect((await groups()).filter((id) => id === vpcId)).toHaveLength(others.length + 5);
    await moveTo({});
    expect((await groups()).filter((id) => id === vpcId)).toEqual(others);
  },
  SEVERAL_MS,
);

test('the stack whose outputs the other one reads can be deleted first', async () => {
  await deploy(ONE);
  await cdk(project.root, cloud.environment, 'destroy', CALLS, '--force', '--exclusively');
  await cdk(project.root, cloud.environment, 'destroy', CONNECTOR, '--force', '--exclusively');
  const { SecretList = [] } = await cloud.secrets.send(new ListSecretsCommand({}));
  expect(SecretList).toEqual([]);
});

async function isThere(stack: string): Promise<boolean> {
  const stacks = await cloud.ask('cloudformation', '/?Action=ListStacks&Version=2010-05-15');
  return stacks
    .split('<member>')
    .some((each) => each.includes(`<StackName>${stack}<`) && !each.includes('DELETE_COMPLETE'));
}

function namesIn(xml: string, field: string): string[] {
  return [...xml.matchAll(new RegExp(`<${field}>([^<]*)<`, 'g'))].map(([, value = '']) => value);
}
