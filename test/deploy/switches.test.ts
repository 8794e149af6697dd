import { join } from 'node:path';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { APPS } from '../support/apps.ts';
import { copyProject } from '../support/project-copy.ts';
import type { Json } from '../support/synth.ts';
import { cdk } from './cdk.ts';
import { leaveOut } from './known-part.ts';
import { ACCOUNT, MiniStack, REGION } from './ministack.ts';

// Each setting is switched on both deployed stacks, there and back. MiniStack refuses an export in use only when its stack is
// deleted: that no export can be in use is shown by test/system/bin/switches.test.ts.

const CALLS = 'AriEventBridge';
const CONNECTOR = 'AriEventBridgeConnector';
/** What MiniStack refuses to deploy. */
const UNKNOWN_TYPES = [
  'AWS::EC2::FlowLog',
  'AWS::Events::Archive',
  'AWS::Events::EventBusPolicy',
  'AWS::Logs::Delivery',
  'AWS::Logs::DeliveryDestination',
  'AWS::Logs::DeliverySource',
];
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
  const context = Object.entries({ ...ALWAYS, ...given }).flatMap(([key, value]) => [
    '--context',
    `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
  await cdk(project.root, cloud.environment, 'synth', '--quiet', '--output', assembly, ...context);
  const stacks = [CALLS, CONNECTOR];
  const out = stacks.flatMap((stack) => leaveOut(join(assembly, `${stack}.template.json`), UNKNOWN_TYPES));
  console.log(`not deployed, as MiniStack does not know their types: ${out.join(', ')}`);
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

test('both stacks are deployed, the connector’s with its cluster, task and service', async () => {
  expect(await deploy({ nodes: [node('pbx-1')] })).toEqual(secretsOf('pbx-1'));
  expect([await statusOf(CALLS), await statusOf(CONNECTOR)]).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
});

test.each<[string, Json, string[]]>([
  ['a second node', { nodes: [node('pbx-1'), node('pbx-2')] }, secretsOf('pbx-1', 'pbx-2')],
  ['one node again', { nodes: [node('pbx-1')] }, secretsOf('pbx-1')],
  ['a key of the account', { nodes: [node('pbx-1')], customerManagedKey: true }, secretsOf('pbx-1')],
  ['no such key again', { nodes: [node('pbx-1')] }, secretsOf('pbx-1')],
  ['a node of another name', { nodes: [node('pbx-9')] }, secretsOf('pbx-9')],
  ['the first name again', { nodes: [node('pbx-1')] }, secretsOf('pbx-1')],
])('then %s', async (_, context, secrets) => {
  expect(await deploy(context)).toEqual(secrets);
  for (const stack of [CALLS, CONNECTOR]) expect(await statusOf(stack)).toMatch(/^(UPDATE|CREATE)_COMPLETE$/);
});

test('the stack whose outputs the other one reads can be deleted first', async () => {
  await cdk(project.root, cloud.environment, 'destroy', CALLS, '--force', '--exclusively');
  await cdk(project.root, cloud.environment, 'destroy', CONNECTOR, '--force', '--exclusively');
  const { SecretList = [] } = await cloud.secrets.send(new ListSecretsCommand({}));
  expect(SecretList).toEqual([]);
});
