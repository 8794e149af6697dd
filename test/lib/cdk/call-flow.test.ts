import type { Stack } from 'aws-cdk-lib';
import { Duration } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { CallFlow, type CallFlowProps } from '../../../lib/cdk/call-flow.ts';
import { NodeUser } from '../../../lib/cdk/node-user.ts';
import { NODE, only, templateOf } from '../../support/template-of.ts';

function flowIn(stack: Stack, more: Partial<CallFlowProps> = {}): CallFlow {
  return new CallFlow(stack, 'Ivr', {
    entry: 'functions/intro-ivr/index.ts',
    application: 'Intro-IVR',
    bus: new EventBus(stack, 'Bus') as IEventBus,
    nodes: [new NodeUser(stack, 'User', { node: NODE, username: 'handlers' })],
    ...more,
  });
}

const template = templateOf((stack) => flowIn(stack));

const idOf = (type: string, prefix: string, of: Template = template): string =>
  Object.keys(of.findResources(type)).find((id) => id.startsWith(prefix)) ?? expect.fail(`no ${type} ${prefix}`);
const FLOW = idOf('AWS::Lambda::Function', 'IvrFunction');
const DISPATCHER = idOf('AWS::Lambda::Function', 'IvrDispatcher');
const ALIAS = idOf('AWS::Lambda::Alias', 'IvrLive');
const TABLE = idOf('AWS::DynamoDB::Table', 'IvrInboxes');
const QUEUE = idOf('AWS::SQS::Queue', 'IvrDeadLetters');
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const EXECUTIONS = { 'Fn::Join': ['', [arnOf(FLOW), ':*']] };

interface Statement {
  Action: string | string[];
  Resource: unknown;
}

/** What a role may do beside its log, its traces and its secret, on what. */
function powersOf(role: string, of: Template = template): Record<string, unknown> {
  const statements = Object.values(of.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => JSON.stringify(Properties.Roles) === JSON.stringify([{ Ref: role }]))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
  const powers = statements.flatMap((s) => [s.Action].flat().map((action) => [action, s.Resource] as const));
  return Object.fromEntries(powers.filter(([action]) => !/^(logs|xray|secretsmanager):/.test(action)));
}

test('the flow is a durable function whose failed executions are kept', () => {
  expect(template.findResources('AWS::Lambda::Function')[FLOW]?.Properties).toMatchObject({
    DurableConfig: { ExecutionTimeout: 86_400, RetentionPeriodInDays: 7 },
    DeadLetterConfig: { TargetArn: arnOf(QUEUE) },
    Timeout: 30,
    Environment: { Variables: { FLOW_TABLE: { Ref: TABLE } } },
  });
});

test('an alias points to the newest version, and older versions stay for the calls that began with them', () => {
  const [[id, version] = ['']] = Object.entries(template.findResources('AWS::Lambda::Version'));
  expect(version).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  expect(only(template, 'AWS::Lambda::Alias')).toMatchObject({
    Name: 'live',
    FunctionVersion: { 'Fn::GetAtt': [id, 'Version'] },
  });
});

test('the dispatcher receives the app’s calls that begin and end, and starts the alias', () => {
  expect(only(template, 'AWS::Events::Rule')).toMatchObject({
    EventPattern: {
      source: ['asterisk.ari'],
      'detail-type': ['StasisStart', 'ChannelDestroyed'],
      detail: { application: ['Intro-IVR'] },
    },
    Targets: [{ Arn: arnOf(DISPATCHER), DeadLetterConfig: { Arn: arnOf(QUEUE) } }],
  });
  expect(template.findResources('AWS::Lambda::Function')[DISPATCHER]?.Properties.Environment.Variables).toMatchObject({
    FLOW_FUNCTION: { Ref: ALIAS },
    FLOW_TABLE: { Ref: TABLE },
  });
});

describe('each function may do what it needs, and nothing else:', () => {
  test('the flow, with its own executions, its inboxes and its dead letters', () => {
    expect(powersOf(idOf('AWS::IAM::Role', 'IvrRole'))).toEqual({
      'lambda:CheckpointDurableExecution': EXECUTIONS,
      'lambda:GetDurableExecutionState': EXECUTIONS,
      'lambda:SendDurableExecutionCallbackSuccess': EXECUTIONS,
      'dynamodb:GetItem': [arnOf(TABLE)],
      'dynamodb:UpdateItem': [arnOf(TABLE)],
      'sqs:SendMessage': arnOf(QUEUE),
    });
  });

  test('the dispatcher, which has no user of Asterisk', () => {
    const role = idOf('AWS::IAM::Role', 'IvrDispatcherRole');
    expect(powersOf(role)).toEqual({
      'lambda:InvokeFunction': { Ref: ALIAS },
      'lambda:SendDurableExecutionCallbackSuccess': EXECUTIONS,
      'dynamodb:UpdateItem': [arnOf(TABLE)],
      'sqs:SendMessage': arnOf(QUEUE),
      'sqs:GetQueueAttributes': arnOf(QUEUE),
      'sqs:GetQueueUrl': arnOf(QUEUE),
    });
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toContain('secretsmanager:GetSecretValue');
    const { Properties } = template.findResources('AWS::IAM::Policy')[idOf('AWS::IAM::Policy', 'IvrDispatcher')] ?? {};
    expect(JSON.stringify(Properties)).not.toContain('secretsmanager');
  });

  test('a function that completes what a flow waits for', () => {
    const granted = templateOf((stack) => {
      const code = Code.fromInline('exports.handler = async () => {};');
      const fn = new LambdaFunction(stack, 'Approve', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code });
      flowIn(stack).grantCompleteWait(fn);
    });
    expect(powersOf(idOf('AWS::IAM::Role', 'Approve', granted), granted)).toEqual({
      'lambda:SendDurableExecutionCallbackSuccess': EXECUTIONS,
      'dynamodb:UpdateItem': [arnOf(TABLE)],
    });
    const approve = granted.findResources('AWS::Lambda::Function')[idOf('AWS::Lambda::Function', 'Approve', granted)];
    expect(approve?.Properties.Environment.Variables).toEqual({ FLOW_TABLE: { Ref: TABLE } });
  });

  test('no call starts before the flow may use its executions', () => {
    const policy = idOf('AWS::IAM::Policy', 'IvrDurable');
    expect(template.findResources('AWS::Lambda::Alias')[ALIAS]?.DependsOn).toContain(policy);
  });
});

test('times and concurrency can be chosen', () => {
  const chosen = templateOf((stack) =>
    flowIn(stack, {
      ...{ executionTimeout: Duration.hours(2), executionRetention: Duration.days(30), timeout: Duration.minutes(1) },
      ...{ reservedConcurrency: 50, maxEventAge: Duration.minutes(1) },
    }),
  );
  expect(chosen.findResources('AWS::Lambda::Function')[FLOW]?.Properties).toMatchObject({
    DurableConfig: { ExecutionTimeout: 7200, RetentionPeriodInDays: 30 },
    Timeout: 60,
    ReservedConcurrentExecutions: 50,
  });
  expect(only(chosen, 'AWS::Lambda::EventInvokeConfig')).toMatchObject({ MaximumEventAgeInSeconds: 60 });
});

test('an application that no node has is refused', () => {
  expect(() => templateOf((stack) => flowIn(stack, { application: ['Intro-IVR', 'Intro'] }))).toThrow(
    /CallFlow Ivr: the pattern asks for the application "Intro", but no node has it/,
  );
});
