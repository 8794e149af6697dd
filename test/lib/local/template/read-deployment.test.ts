import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDeployment } from '../../../../lib/local/template/read-deployment.ts';
import { unsupportedLine } from '../../../../lib/local/template/unsupported-resources.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';

type Resources = Record<
  string,
  { Type: string; Properties?: Record<string, unknown>; Metadata?: Record<string, unknown> }
>;
const assemblyOf = (Resources: Resources) => ({
  assets: new Map([['abc', '/assets/abc']]),
  stacks: new Map([['A', { name: 'A', template: { Resources } }]]),
});
const FN = { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: 'abc.zip' }, Handler: 'index.handler' } };
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

test('a function is read with the defaults of CloudFormation', () => {
  const { functions } = readDeployment(assemblyOf({ Fn: FN }));
  expect(functions).toMatchObject([
    { code: '/assets/abc', handler: 'index.handler', timeoutMs: 3000, memoryMb: 128, environment: {} },
  ]);
});

test('a function is read with its entry, its concurrency, and how failed events are handled', () => {
  const { functions, queues } = readDeployment(
    assemblyOf({
      Fn: {
        ...FN,
        Properties: {
          ...FN.Properties,
          ReservedConcurrentExecutions: 2,
          DeadLetterConfig: { TargetArn: arnOf('Queue') },
        },
        Metadata: { 'ari-eventbridge:entry': 'functions/x.ts' },
      },
      Queue: { Type: 'AWS::SQS::Queue' },
      Config: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Fn' },
          MaximumRetryAttempts: 1,
          MaximumEventAgeInSeconds: 300,
          DestinationConfig: { OnFailure: { Destination: arnOf('Queue') } },
        },
      },
    }),
    { endpoint: 'http://127.0.0.1:4000' },
  );
  const arn = 'arn:aws:sqs:us-east-1:000000000000:A-Queue';
  expect(functions).toMatchObject([
    {
      entry: 'functions/x.ts',
      reservedConcurrency: 2,
      deadLetterArn: arn,
      asynchronous: { maxRetryAttempts: 1, maxEventAgeSeconds: 300, onFailureArn: arn },
    },
  ]);
  expect(queues).toMatchObject([{ arn, url: 'http://127.0.0.1:4000/000000000000/A-Queue' }]);
});

test('a durable function is read with the time and the retention of its executions', () => {
  const DurableConfig = { ExecutionTimeout: 3600, RetentionPeriodInDays: 7 };
  const { functions, unsupported } = readDeployment(
    assemblyOf({ Fn: { ...FN, Properties: { ...FN.Properties, DurableConfig } }, Other: FN }),
  );
  expect(functions.map(({ durable }) => durable)).toEqual([{ timeoutSeconds: 3600, retentionDays: 7 }, undefined]);
  expect([...unsupported.keys()]).toEqual([]);
});

test('a function is read with its runtime, its layers and its LoggingConfig', () => {
  const Layers = [{ Ref: 'Common' }, 'arn:aws:lambda:us-east-1:1:layer:other:7'];
  const LoggingConfig = { LogFormat: 'JSON', ApplicationLogLevel: 'WARN', LogGroup: { Ref: 'Logs' } };
  const { functions, unsupported } = readDeployment(
    assemblyOf({
      Fn: { ...FN, Properties: { ...FN.Properties, Runtime: 'nodejs22.x', Layers, LoggingConfig } },
      Common: { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: { S3Key: 'abc.zip' } } },
      Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/calls' } },
    }),
  );
  expect(functions).toMatchObject([
    {
      runtime: 'nodejs22.x',
      layers: ['/assets/abc'],
      logging: { format: 'JSON', level: 'WARN', group: '/calls' },
    },
  ]);
  expect([...unsupported.keys()]).toEqual(['AWS::Lambda::Function.Layers arn:aws:lambda:us-east-1:1:layer:other:7']);
});

test('a table is read as CreateTable takes it, of both kinds', () => {
  const keys = {
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  };
  const index = { IndexName: 'by-id', KeySchema: keys.KeySchema, Projection: { ProjectionType: 'ALL' } };
  const { tables, unsupported } = readDeployment(
    assemblyOf({
      One: { Type: 'AWS::DynamoDB::Table', Properties: { ...keys, TableName: 'one' } },
      Two: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: {
          ...keys,
          TableName: 'two',
          GlobalSecondaryIndexes: [{ ...index, WriteProvisionedThroughputSettings: {} }],
          Replicas: [{ Region: 'us-east-1' }],
        },
      },
    }),
  );
  const read = { keySchema: keys.KeySchema, attributes: keys.AttributeDefinitions };
  expect(tables).toMatchObject([
    { name: 'one', ...read },
    { name: 'two', ...read, globalIndexes: [index] },
  ]);
  expect([...unsupported.keys()]).toEqual([]);
});

test('a rule is read with its targets: input, retry policy, dead-letter queue, and whether it may invoke', () => {
  const { rules } = readDeployment(
    assemblyOf({
      Fn: FN,
      Other: FN,
      Queue: { Type: 'AWS::SQS::Queue' },
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'calls' } },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventBusName: { Ref: 'Bus' },
          EventPattern: { source: ['s'] },
          Targets: [
            {
              Arn: arnOf('Fn'),
              Id: '1',
              InputTransformer: { InputPathsMap: { x: '$.id' }, InputTemplate: '<x>' },
              RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 3 },
              DeadLetterConfig: { Arn: arnOf('Queue') },
            },
            { Arn: arnOf('Other'), Id: '2', Input: '{}' },
          ],
        },
      },
      Off: { Type: 'AWS::Events::Rule', Properties: { State: 'DISABLED', EventPattern: { source: ['s'] } } },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: { FunctionName: arnOf('Fn'), Principal: 'events.amazonaws.com', SourceArn: arnOf('Rule') },
      },
    }),
  );
  expect(rules).toEqual([
    {
      title: 'Rule',
      name: 'A-Rule',
      arn: 'arn:aws:events:us-east-1:000000000000:rule/calls/A-Rule',
      busName: 'calls',
      pattern: { source: ['s'] },
      targets: [
        {
          arn: 'arn:aws:lambda:us-east-1:000000000000:function:A-Fn',
          input: { template: '<x>', paths: { x: '$.id' } },
          retryPolicy: { maxEventAgeSeconds: 60, maxRetryAttempts: 3 },
          deadLetterArn: 'arn:aws:sqs:us-east-1:000000000000:A-Queue',
        },
        { arn: 'arn:aws:lambda:us-east-1:000000000000:function:A-Other', input: { constant: '{}' }, forbidden: true },
      ],
    },
  ]);
});

test('unsupported resources and properties are counted', () => {
  const { unsupported, rules } = readDeployment(
    assemblyOf({
      One: { Type: 'AWS::KMS::Key' },
      Two: { Type: 'AWS::KMS::Key' },
      Meta: { Type: 'AWS::CDK::Metadata' },
      Fn: { ...FN, Properties: { ...FN.Properties, VpcConfig: {}, TracingConfig: { Mode: 'Active' }, Tags: [] } },
      Machine: { Type: 'AWS::StepFunctions::StateMachine' },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: { EventPattern: { source: ['s'] }, Targets: [{ Arn: { Ref: 'Machine' }, Id: '1' }] },
      },
      Inline: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: 'x' }, Handler: 'index.handler' } },
    }),
  );
  expect(unsupportedLine(unsupported)).toBe(
    'AWS::KMS::Key (2), AWS::Lambda::Function.Code.ZipFile (1), ' +
      'AWS::Lambda::Function.TracingConfig (1), AWS::Lambda::Function.VpcConfig (1), AWS::StepFunctions::StateMachine (1)',
  );
  expect(rules[0]?.targets).toEqual([]);
});

test('unused properties are not resolved: an unknown intrinsic in them is not an error', () => {
  const unknown = { 'Fn::Unheard': 'of' };
  expect(() =>
    readDeployment(
      assemblyOf({
        Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: unknown } },
        Fn: { ...FN, Properties: { ...FN.Properties, VpcConfig: unknown, Role: unknown } },
      }),
    ),
  ).not.toThrow();
});

test.each([
  [
    'an unknown intrinsic in a property that is used',
    'AWS::Lambda::Function',
    { ...FN.Properties, Environment: { Variables: { X: { 'Fn::Unheard': 'of' } } } },
    'Stack A, It (AWS::Lambda::Function), property Environment: local mode cannot resolve {"Fn::Unheard":"of"}',
  ],
  [
    'a rule whose pattern EventBridge refuses',
    'AWS::Events::Rule',
    { EventPattern: { source: ['asterisk.ari'], detail: { digit: '1' } } },
    'Rule It: Event pattern is not valid. Reason: "digit" must be an object or an array',
  ],
])('%s is refused: it would run differently than deployed', (_, Type, Properties, sentence) => {
  expect(() => readDeployment(assemblyOf({ It: { Type, Properties } }))).toThrow(sentence);
});

const rule = (Arn: unknown, more: object = {}, properties: object = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: { EventPattern: { source: ['s'] }, Targets: [{ Arn, Id: '1', ...more }], ...properties },
});
const ALIAS = {
  Fn: FN,
  Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Fn' } } },
  Alias: {
    Type: 'AWS::Lambda::Alias',
    Properties: {
      FunctionName: { Ref: 'Fn' },
      FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
      Name: 'live',
    },
  },
};
const FN_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:A-Fn';

test('versions and aliases of a function are read, each with its settings for events that it fails on', () => {
  const config = (Qualifier: string, MaximumRetryAttempts: number) => ({
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: { FunctionName: { Ref: 'Fn' }, Qualifier, MaximumRetryAttempts },
  });
  const { functions } = readDeployment(
    assemblyOf({ ...ALIAS, OfFn: config('$LATEST', 1), OfAlias: config('live', 0) }),
  );
  expect(functions[0]).toMatchObject({
    asynchronous: { maxRetryAttempts: 1 },
    qualifiers: { 1: { version: '1' }, live: { version: '1', asynchronous: { maxRetryAttempts: 0 } } },
  });
});

test.each([
  ['of the alias', { Ref: 'Alias' }, undefined, false],
  ['of the alias, for all rules', { Ref: 'Alias' }, 'arn:aws:events:us-east-1:*:rule/*', false],
  ['of the alias, for another rule', { Ref: 'Alias' }, 'arn:aws:events:us-east-1:000000000000:rule/Other', true],
  ['of the function only', { Ref: 'Fn' }, undefined, true],
])('an alias may be invoked by a permission %s', (_, FunctionName, SourceArn, isForbidden) => {
  const Properties = { FunctionName, Principal: 'events.amazonaws.com', ...(SourceArn && { SourceArn }) };
  const { rules } = readDeployment(
    assemblyOf({ ...ALIAS, Rule: rule({ Ref: 'Alias' }), Permission: { Type: 'AWS::Lambda::Permission', Properties } }),
  );
  expect(rules[0]?.targets).toEqual([expect.objectContaining({ arn: `${FN_ARN}:live` })]);
  expect(rules[0]?.targets[0]?.forbidden ?? false).toBe(isForbidden);
});

const QUEUE = { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, ContentBasedDeduplication: true } };
const WHY = 'which does not run here, so they do not arrive:';

test.each([
  [
    rule({ Ref: 'Topic' }),
    `arn:aws:sns:us-east-1:000000000000:A-Topic, ${WHY} local mode runs functions, queues, other`,
  ],
  [rule(arnOf('Fn'), { HttpParameters: {} }), `${FN_ARN}, ${WHY} local mode does not support HttpParameters`],
  [rule(`${FN_ARN}s`), `${FN_ARN}s, ${WHY} no stack of this app has this function with code that local mode runs`],
  [rule(`${FN_ARN}:blue`), `${FN_ARN}:blue, ${WHY} the function Fn has no version or alias blue`],
  [rule(arnOf('Queue')), `A-Queue.fifo, ${WHY} a FIFO queue needs a MessageGroupId, which the target does not give`],
  [rule('arn:aws:sqs:us-east-1:1:other'), `arn:aws:sqs:us-east-1:1:other, ${WHY} no stack of this app has this queue`],
  [
    rule(arnOf('Project')),
    `{"Fn::GetAtt":["Project","Arn"]}, ${WHY} Stack A, Rule (AWS::Events::Rule), property Targets: `,
  ],
] as [Resources[string], string][])(
  '%j: the warning names the rule, the target and the consequence',
  (Rule, message) => {
    const { warnings } = readDeployment(
      assemblyOf({
        Fn: FN,
        Queue: QUEUE,
        Rule,
        Topic: { Type: 'AWS::SNS::Topic' },
        Project: { Type: 'AWS::CodeBuild::Project' },
      }),
    );
    expect(warnings).toEqual([expect.stringContaining('The rule Rule sends events to ')]);
    expect(warnings[0]).toContain(message);
  },
);

test('a FIFO queue is read, and its name ends with .fifo', () => {
  const { queues, rules, warnings } = readDeployment(
    assemblyOf({ Queue: QUEUE, Rule: rule(arnOf('Queue'), { SqsParameters: { MessageGroupId: 'g' } }) }),
  );
  expect(queues).toMatchObject([{ name: 'A-Queue.fifo', fifo: { contentBasedDeduplication: true } }]);
  expect(rules[0]?.targets).toMatchObject([{ messageGroupId: 'g' }]);
  expect(warnings).toEqual([]);
  const Properties = { ...QUEUE.Properties, QueueName: 'orders' };
  expect(() => readDeployment(assemblyOf({ Queue: { ...QUEUE, Properties } }))).toThrow(
    'expected a name with .fifo at its end for a FIFO queue only, got orders',
  );
});

test('buses of other apps are known from rules, targets, the connector and policies, and said to be made', () => {
  const bus = (name: string): string => `arn:aws:events:us-east-1:1:event-bus/${name}`;
  const { busNames, warnings } = readDeployment(
    assemblyOf({
      Own: { Type: 'AWS::Events::EventBus', Properties: { Name: 'own' } },
      Rule: rule(bus('forwarded'), {}, { EventBusName: bus('ruled') }),
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyDocument: {
            Statement: [
              { Effect: 'Allow', Action: 'events:PutEvents', Resource: [bus('granted'), arnOf('Own'), '*'] },
              { Effect: 'Allow', Action: 'events:PutRule', Resource: bus('other') },
            ],
          },
        },
      },
    }),
  );
  expect(busNames).toEqual(['own', 'ruled', 'forwarded', 'granted']);
  expect(warnings).toContain('No stack of this app has the event bus ruled: local mode makes one of this name');
});

test('functions of the same construct have their paths as titles', () => {
  const at = (path: string) => ({ ...FN, Metadata: { 'aws:cdk:path': `A/${path}/Resource` } });
  const { functions } = readDeployment(assemblyOf({ One: at('Api/Get'), Two: at('Api/Put'), Three: at('Greeter') }));
  expect(functions.map(({ title }) => title)).toEqual(['Api/Get', 'Api/Put', 'Greeter']);
});

test('a pattern may be JSON text', () => {
  const EventPattern = '{"detail":{"callId":[null]}}';
  const { rules } = readDeployment(assemblyOf({ Queue: QUEUE, Rule: rule(arnOf('Queue'), {}, { EventPattern }) }));
  expect(rules[0]?.pattern).toEqual({ detail: { callId: [null] } });
});

test.each([
  [7, '7'],
  [true, 'true'],
])('the variable %j of a function becomes text', (value, text) => {
  const Properties = { ...FN.Properties, Environment: { Variables: { X: value } } };
  expect(readDeployment(assemblyOf({ Fn: { ...FN, Properties } })).functions[0]?.environment).toEqual({ X: text });
});

test('a list as the variable of a function is refused', () => {
  const Properties = { ...FN.Properties, Environment: { Variables: { X: ['a'] } } };
  expect(() => readDeployment(assemblyOf({ Fn: { ...FN, Properties } }))).toThrow(
    'expected the variable X to be text, got ["a"]',
  );
});

test.each([
  ['in a bucket', { S3Bucket: 'b', S3Key: 'def.zip' }, 'AWS::Lambda::Function.Code that is no folder of this app (1)'],
  ['in an image', { ImageUri: 'image' }, 'AWS::Lambda::Function.Code.ImageUri (1)'],
])('a function whose code is %s does not run, and the rule that invokes it is named', (_, Code, line) => {
  const { functions, unsupported, warnings } = readDeployment(
    assemblyOf({ Fn: { ...FN, Properties: { ...FN.Properties, Code } }, Rule: rule(arnOf('Fn')) }),
  );
  expect(functions).toEqual([]);
  expect(unsupportedLine(unsupported)).toContain(line);
  expect(warnings).toEqual([
    expect.stringContaining(`The rule Rule sends events to ${FN_ARN}, ${WHY} no stack of this app`),
  ]);
});

test('code that stands in the template is written to a folder', () => {
  const folder = folderOfTest();
  const Properties = { ...FN.Properties, Code: { ZipFile: 'exports.handler = async () => 1;' } };
  const { functions } = readDeployment({ ...assemblyOf({ Fn: { ...FN, Properties } }), folder });
  expect(readFileSync(`${functions[0]?.code}/index.js`, 'utf8')).toBe('exports.handler = async () => 1;');
});

test('parameters of Systems Manager are those of the templates and those that are given', () => {
  const Properties = { Name: '/own', Type: 'String', Value: { Ref: 'AWS::Region' } };
  const of = (ssm: Record<string, string>) =>
    readDeployment(assemblyOf({ P: { Type: 'AWS::SSM::Parameter', Properties } }), { given: { ssm } }).parameters.map(
      ({ name, value, arn }) => [name, value, arn.split(':').at(-1)],
    );
  expect(of({})).toEqual([['/own', 'us-east-1', 'parameter/own']]);
  expect(of({ '/own': 'given', other: 'x' })).toEqual([
    ['/own', 'given', 'parameter/own'],
    ['other', 'x', 'parameter/other'],
  ]);
});
