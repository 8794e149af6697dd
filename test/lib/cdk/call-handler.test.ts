import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { describe, expect, test } from 'vitest';
import { readNodes } from '../../../lib/ari/node.ts';
import { CallHandler, type CallHandlerProps } from '../../../lib/cdk/call-handler.ts';
import { NodeUser } from '../../../lib/cdk/node-user.ts';
import { type AriPattern, ariPattern, connectorPattern } from '../../../lib/index.ts';
import { NODE, only, templateOf } from '../../support/template-of.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

const PATTERN = ariPattern({ application: 'Intro-IVR', type: 'StasisStart' });

function handlerIn(stack: Stack, more: Partial<CallHandlerProps> = {}, node = NODE): CallHandler {
  return new CallHandler(stack, 'IntroIvr', {
    entry: 'functions/intro-ivr/index.ts',
    pattern: PATTERN,
    bus: new EventBus(stack, 'Bus') as IEventBus,
    nodes: [new NodeUser(stack, 'User', { node, username: 'handlers' })],
    ...more,
  });
}

const handler = (more: Partial<CallHandlerProps> = {}): Template => templateOf((stack) => handlerIn(stack, more));

interface Statement {
  Action: string | string[];
  Resource: unknown;
}

/** What the function's role may do, on what. */
function powers(template: Template): Record<string, unknown> {
  const [policy] = Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('IntroIvrRole'))
    .map(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[]);
  return Object.fromEntries((policy ?? []).flatMap((s) => [s.Action].flat().map((action) => [action, s.Resource])));
}

const idOf = (template: Template, type: string, prefix = ''): string =>
  Object.keys(template.findResources(type)).find((id) => id.startsWith(prefix)) ?? expect.fail(`no ${type}`);

test('a handler receives the connector’s own events by a rule of their own', () => {
  const rules = handler({ connectorEvents: connectorPattern({ type: ['NodeConnected', 'Gap'] }) }).findResources(
    'AWS::Events::Rule',
  );
  const patterns = Object.values(rules).map(({ Properties }) => Properties.EventPattern);
  expect(patterns).toEqual([PATTERN, { source: ['asterisk.ari.connector'], 'detail-type': ['NodeConnected', 'Gap'] }]);
  const [targets, more] = Object.values(rules).map(({ Properties }) => Properties.Targets[0]);
  expect({ ...more, Id: '' }).toEqual({ ...targets, Id: '' });
  expect(Object.keys(handler().findResources('AWS::Events::Rule'))).toHaveLength(1);
});

test('a handler may read its users’ secrets, write its log and its dead letters, send traces, and nothing else', () => {
  const template = handler();
  const secret = { Ref: idOf(template, 'AWS::SecretsManager::Secret') };
  const log = { 'Fn::GetAtt': [idOf(template, 'AWS::Logs::LogGroup'), 'Arn'] };
  const queue = { 'Fn::GetAtt': [idOf(template, 'AWS::SQS::Queue'), 'Arn'] };
  expect(powers(template)).toEqual({
    'logs:CreateLogStream': log,
    'logs:PutLogEvents': log,
    'sqs:SendMessage': queue,
    'sqs:GetQueueAttributes': queue,
    'sqs:GetQueueUrl': queue,
    'xray:PutTraceSegments': '*',
    'xray:PutTelemetryRecords': '*',
    'secretsmanager:GetSecretValue': secret,
    'secretsmanager:DescribeSecret': secret,
  });
  const role = template.findResources('AWS::IAM::Role')[idOf(template, 'AWS::IAM::Role', 'IntroIvr')];
  expect(role?.Properties).not.toHaveProperty('ManagedPolicyArns');
});

test('a handler runs on Arm with Node 24, is traced, and takes no concurrency from a small account', () => {
  const fn = only(handler(), 'AWS::Lambda::Function');
  expect(fn).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    TracingConfig: { Mode: 'Active' },
  });
  expect(fn).not.toHaveProperty('VpcConfig');
  // A new account has a quota of 10, and AWS refuses to leave less than that unreserved.
  expect(fn).not.toHaveProperty('ReservedConcurrentExecutions');
});

test('variables that a function has no room for are refused at synth, with their size', () => {
  const synth = (length: number) => handler({ environment: { LARGE: 'x'.repeat(length) } });
  synth(3800).resourceCountIs('AWS::Lambda::Function', 1);
  expect(() => synth(4096)).toThrow(
    /IntroIvr\/Function: the variables have 4\d{3} bytes, of which LARGE has 4101; a function has room for 4096/,
  );
});

test('a handler can be kept below Asterisk’s session limit, and can do without late repetitions', () => {
  const template = handler({ reservedConcurrency: 20, retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  expect(only(template, 'AWS::Lambda::Function')).toMatchObject({ ReservedConcurrentExecutions: 20 });
  expect(only(template, 'AWS::Lambda::EventInvokeConfig')).toMatchObject({
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 60,
  });
  const [target] = only(template, 'AWS::Events::Rule').Targets as object[];
  expect(target).toMatchObject({ RetryPolicy: { MaximumEventAgeInSeconds: 60 } });
});

test('only its rule may invoke a handler', () => {
  const template = handler();
  expect(only(template, 'AWS::Lambda::Permission')).toMatchObject({
    Principal: 'events.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': [idOf(template, 'AWS::Events::Rule'), 'Arn'] },
  });
});

test('events that are not delivered or that a handler fails on are kept in its queue, which accepts only encrypted connections', () => {
  const template = handler();
  const queue = { 'Fn::GetAtt': [idOf(template, 'AWS::SQS::Queue'), 'Arn'] };
  const [target] = only(template, 'AWS::Events::Rule').Targets as Record<string, unknown>[];
  expect(target).toMatchObject({
    DeadLetterConfig: { Arn: queue },
    RetryPolicy: { MaximumEventAgeInSeconds: 300 },
  });
  expect(only(template, 'AWS::Lambda::EventInvokeConfig')).toMatchObject({
    DestinationConfig: { OnFailure: { Destination: queue } },
    MaximumEventAgeInSeconds: 300,
  });
  expect(only(template, 'AWS::SQS::Queue')).toMatchObject({ SqsManagedSseEnabled: true });
  const statements = JSON.stringify(only(template, 'AWS::SQS::QueuePolicy'));
  expect(statements).toContain('"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"');
});

test('in a network, a handler has no inbound traffic, and outbound traffic to AWS and ARI only', () => {
  const template = templateOf((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false }) as IVpc;
    handlerIn(stack, { vpc });
  });
  const group = only(template, 'AWS::EC2::SecurityGroup');
  expect(group).not.toHaveProperty('SecurityGroupIngress');
  expect((group.SecurityGroupEgress as { FromPort: number }[]).map(({ FromPort }) => FromPort).toSorted()).toEqual([
    443, 8089,
  ]);
  expect(only(template, 'AWS::Lambda::Function')).toHaveProperty('VpcConfig');
  const [denied] = (
    Object.entries(template.findResources('AWS::IAM::Policy')).flatMap(([id, { Properties }]) =>
      id.startsWith('IntroIvrRole') ? Properties.PolicyDocument.Statement : [],
    ) as { Effect: string; Action: string[]; Condition: object }[]
  ).filter(({ Effect }) => Effect === 'Deny');
  // Lambda's service needs these actions, and the function's own code does not.
  expect(denied?.Action).toContain('ec2:CreateNetworkInterface');
  expect(JSON.stringify(denied?.Condition)).toMatch(/"ArnLike":\{"lambda:SourceFunctionArn":.*:function:\*/);
  // Of the actions on everything, none that reaches beyond network interfaces.
  const wide = Object.entries(powers(template)).filter(([, resource]) => resource === '*');
  for (const [action] of wide)
    expect(action).toMatch(/^(xray:Put|ec2:\w+(NetworkInterfaces?|Subnets|PrivateIpAddresses)$)/);
});

test('nodes and the certificates of their private CAs are in files next to the code', () => {
  const folder = folderOfTest();
  writeFileSync(join(folder, 'our ca.pem'), 'CERTIFICATE');
  const node = { ...NODE, caFile: join(folder, 'our ca.pem') };
  const app = new App({ outdir: join(folder, 'out') });
  const stack = new Stack(app, 'Test');
  handlerIn(stack, {}, node);
  app.synth();
  const asset =
    readdirSync(join(folder, 'out')).find((name) => existsSync(join(folder, 'out', name, 'index.mjs'))) ?? '';
  const { Variables } = only(Template.fromStack(stack), 'AWS::Lambda::Function').Environment as {
    Variables: { ARI_NODES_FILE: string };
  };
  const code = join(folder, 'out', asset);
  const nodes = readNodes({ LAMBDA_TASK_ROOT: code, ...Variables });
  // The name of the secret, as its ARN is not known yet.
  expect(nodes).toEqual([{ ...NODE, caFile: 'ari-nodes/pbx-1.pem', secretId: 'ari-eventbridge/pbx-1/handlers' }]);
  expect(readFileSync(join(code, nodes[0]?.caFile ?? ''), 'utf8')).toBe('CERTIFICATE');
});

test('a missing certificate file is refused by name', () => {
  const folder = folderOfTest();
  mkdirSync(join(folder, 'x'));
  const stack = new Stack(new App({ outdir: join(folder, 'out') }), 'Test');
  expect(() => handlerIn(stack, {}, { ...NODE, caFile: join(folder, 'missing.pem') })).toThrow(
    /node "pbx-1": expected `caFile` to be the path of a file, relative to cdk\.json; \/.*missing\.pem does not exist/,
  );
});

describe('a pattern’s application', () => {
  const synthWith = (pattern: AriPattern, more: Partial<CallHandlerProps> = {}): Template =>
    handler({ pattern, ...more });

  test('that no node has is refused at synth, with the applications there are', () => {
    expect(() => synthWith(ariPattern({ application: 'Intro-IVV' }))).toThrow(
      'CallHandler IntroIvr: the pattern asks for the application "Intro-IVV", but no node has it; ' +
        'the nodes have "Intro-IVR", "Super-Conference". Correct the name, or add it to `apps` of a node',
    );
  });

  test('is refused by itself where another of its list is there', () => {
    expect(() => synthWith(ariPattern({ application: ['Intro-IVR', 'Sales', 'Support'] }))).toThrow(
      'asks for the applications "Sales", "Support", but no node has them;',
    );
  });

  test.each<[string, AriPattern, Partial<CallHandlerProps>]>([
    ['that one of the nodes has', ariPattern({ application: 'Super-Conference' }), {}],
    ['given by a prefix', { source: ['asterisk.ari'], detail: { application: [{ prefix: 'Sales-' }] } }, {}],
    ['given by a token', ariPattern({ application: Lazy.string({ produce: () => 'Sales' }) }), {}],
    ['that is not asked for', ariPattern({ type: 'StasisStart' }), {}],
    ['of a handler that commands no node', ariPattern({ application: 'Sales' }), { nodes: [] }],
  ])('%s is taken', (_, pattern, more) => {
    synthWith(pattern, more).resourceCountIs('AWS::Events::Rule', 1);
  });
});
