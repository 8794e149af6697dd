import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { AriBridge, type AriBridgeProps } from '../../../../lib/cdk/ari-bridge.ts';
import { CallDataKey } from '../../../../lib/cdk/call-data-key.ts';
import { NODE, templateOf } from '../../../support/template-of.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';

const bridge = (props: Partial<AriBridgeProps> = {}) =>
  templateOf((stack) => new AriBridge(stack, 'Bridge', { nodes: [NODE], ...props }));

test('a bridge has two users for each node, and one connector', () => {
  const template = bridge({ nodes: [NODE, { ...NODE, name: 'pbx-2' }] });
  template.resourceCountIs('AWS::SecretsManager::Secret', 4);
  template.resourceCountIs('AWS::ECS::Service', 1);
});

test('a bridge whose connector runs elsewhere has no network, none of the connector’s users, and no alarm of it', () => {
  const template = bridge({ connector: false });
  for (const type of ['AWS::ECS::Service', 'AWS::EC2::VPC', 'AWS::CloudWatch::Alarm']) {
    template.resourceCountIs(type, 0);
  }
  template.resourceCountIs('AWS::SecretsManager::Secret', 1);
});

test('a bridge whose connector writes no metrics has no alarms on them', () => {
  const alarms = (template: Template): string[] => Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
  expect(alarms(bridge()).join()).toContain('NotConnected');
  const without = alarms(bridge({ connector: { metricsInterval: Duration.seconds(0) } }));
  expect(without).toEqual([expect.stringContaining('DeadLetters'), expect.stringContaining('Leftovers')]);
});

test('alarms need metrics every minute: a longer interval is refused at synth', () => {
  expect(() => bridge({ connector: { metricsInterval: Duration.minutes(5) } })).toThrow(
    'metricsInterval: expected at most 60 seconds, as alarms read every minute, or 0 for neither metrics nor alarms; got 300 seconds',
  );
});

test.each([
  [undefined, false],
  [{ fixedAddress: true }, true],
])('handlers of a bridge run in its network only where necessary: %j', (network, inNetwork) => {
  const stack = new Stack(new App({ outdir: folderOfTest() }), 'Test');
  const { handlerDefaults } = new AriBridge(stack, 'Bridge', { nodes: [NODE], ...(network && { network }) });
  expect(handlerDefaults.vpc !== undefined).toBe(inNetwork);
});

test('with the connector in a separate stack, the other stack has no container and does not depend on it', () => {
  const app = new App({ outdir: folderOfTest() });
  const calls = new Stack(app, 'Calls');
  const scope = new Stack(app, 'Connector');
  const encryptionKey = new CallDataKey(calls, 'Key').key;
  new AriBridge(calls, 'Bridge', { nodes: [NODE], connector: { scope }, encryptionKey });
  Template.fromStack(calls).resourceCountIs('AWS::ECS::TaskDefinition', 0);
  Template.fromStack(scope).resourceCountIs('AWS::ECS::TaskDefinition', 1);
  expect(calls.dependencies).toEqual([]);
  expect(scope.dependencies).toEqual([calls]);
});

test('a bridge whose nodes have `appSettings` applies them by a function that gets NodeConnected', () => {
  const appSettings = { [NODE.apps[0] as string]: { subscriptions: ['endpoint:PJSIP/1001'] } };
  const template = bridge({ nodes: [{ ...NODE, appSettings }] });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { source: ['asterisk.ari.connector'], 'detail-type': ['NodeConnected'] },
  });
  const environments = Object.values(template.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties.Environment?.Variables ?? {},
  );
  const [own] = environments.filter((variables) => 'APP_SETTINGS' in variables);
  expect(JSON.parse(own.APP_SETTINGS)).toEqual({ [NODE.name]: appSettings });
});

test('nodes of a group share their two users, and a node can have existing ones', () => {
  const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:theirs-a1b2c3';
  const template = bridge({
    nodes: [
      { ...NODE, name: 'pbx-1', userGroup: 'north' },
      { ...NODE, name: 'pbx-2', userGroup: 'north' },
      { ...NODE, name: 'pbx-3' },
      { ...NODE, name: 'pbx-4', secrets: { connector: arn, handlers: arn } },
    ],
  });
  const names = Object.values(template.findResources('AWS::SecretsManager::Secret')).map(
    ({ Properties }) => Properties.Name,
  );
  expect(names.toSorted()).toEqual([
    'ari-eventbridge/north/connector',
    'ari-eventbridge/north/handlers',
    'ari-eventbridge/pbx-3/connector',
    'ari-eventbridge/pbx-3/handlers',
  ]);
  // The connector may read its users' secrets, each once.
  const [, policy] =
    Object.entries(template.findResources('AWS::IAM::Policy')).find(([id]) => /TaskTaskRole/.test(id)) ?? [];
  const statements = policy?.Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[];
  const readable = statements.filter(({ Action }) => Action.includes('secretsmanager:GetSecretValue'));
  expect(readable.flatMap(({ Resource }) => Resource)).toHaveLength(3);
  expect(JSON.stringify(readable)).toContain(arn);
});

test('the stage of a deployment is in the names of its secrets', () => {
  const template = bridge({ stage: 'staging' });
  const names = Object.values(template.findResources('AWS::SecretsManager::Secret')).map(
    ({ Properties }) => Properties.Name,
  );
  expect(names.toSorted()).toEqual([
    'ari-eventbridge-staging/pbx-1/connector',
    'ari-eventbridge-staging/pbx-1/handlers',
  ]);
});

test('a bridge whose nodes have none has no such function', () => {
  expect(Object.keys(bridge().findResources('AWS::Lambda::Function')).join()).not.toContain('AppSettings');
});
