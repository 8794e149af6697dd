import { beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '../support/synth.ts';
import { overlooked } from './properties-checked.ts';
import { PropertyValidator } from './property-validator.ts';

const LOG = { LogDriver: 'awslogs', Options: { mode: 'non-blocking', 'awslogs-group': { Ref: 'Logs' } } };
/** Resources without a fault, by type. */
const GOOD: Record<string, Json> = {
  'AWS::SQS::Queue': { MessageRetentionPeriod: 1_209_600, Tags: [{ Key: 'team', Value: 'telephony' }] },
  'AWS::Lambda::Function': {
    Code: { S3Bucket: { 'Fn::ImportValue': 'assets' }, S3Key: 'code.zip' },
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Architectures: ['arm64'],
    Environment: { Variables: { QUEUE: { Ref: 'Queue' } } },
    VpcConfig: { SubnetIds: { 'Fn::Split': [',', 'a,b'] } },
  },
  'AWS::Events::Rule': {
    EventPattern: { source: ['asterisk.ari'] },
    Targets: [{ Id: 'Target0', Arn: { 'Fn::GetAtt': ['Handler', 'Arn'] }, RetryPolicy: { MaximumRetryAttempts: 1 } }],
  },
  'AWS::ECS::TaskDefinition': { ContainerDefinitions: [{ Name: 'Connector', Image: 'node', LogConfiguration: LOG }] },
  'AWS::DynamoDB::Table': {
    KeySchema: [
      { AttributeName: 'of', KeyType: 'HASH' },
      { AttributeName: 'item', KeyType: 'RANGE' },
    ],
  },
  'AWS::Logs::LogGroup': { LogGroupName: '/aws/vendedlogs/calls', RetentionInDays: 30 },
  'AWS::EC2::VPC': { CidrBlock: '10.0.0.0/16' },
  'AWS::EC2::Subnet': { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' },
};

const validator = new PropertyValidator();
beforeAll(() => validator.learn(Object.keys(GOOD)));

describe('what is right has no fault, and no property is overlooked:', () => {
  test.each(Object.entries(GOOD))('%s', (type, properties) => {
    const { faults, depths } = validator.examine(type, properties);
    expect(faults).toEqual([]);
    expect(overlooked(properties, depths)).toEqual([]);
  });
});

const container = (more: Json): Json => ({ ContainerDefinitions: [{ Name: 'Connector', Image: 'node', ...more }] });
const target = (more: Json): Json => ({ Targets: [{ Id: 'Target0', Arn: 'arn:aws:lambda:x', ...more }] });

describe('what is wrong is a fault:', () => {
  test.each<[string, string, Json, string]>([
    [
      'a property that there is not',
      'AWS::SQS::Queue',
      { Retention: 1 },
      '/ must NOT have additional properties Retention',
    ],
    [
      'one that only AWS sets',
      'AWS::SQS::Queue',
      { Arn: 'arn:aws:sqs:x' },
      '/ must NOT have additional properties Arn',
    ],
    [
      'one that there is not, in a list of objects',
      'AWS::Events::Rule',
      target({ RetryPolicy: { MaximumAge: 60 } }),
      '/Targets/0/RetryPolicy must NOT have additional properties MaximumAge',
    ],
    [
      'one that there is not, four levels down',
      'AWS::ECS::TaskDefinition',
      container({ LogConfiguration: { ...LOG, Buffer: '8m' } }),
      '/ContainerDefinitions/0/LogConfiguration must NOT have additional properties Buffer',
    ],
    ['no required property', 'AWS::Lambda::Function', { Role: undefined }, "/ must have required property 'Role'"],
    [
      'no required property, four levels down',
      'AWS::ECS::TaskDefinition',
      container({ LogConfiguration: { Options: {} } }),
      "/ContainerDefinitions/0/LogConfiguration must have required property 'LogDriver'",
    ],
    ['another type', 'AWS::Lambda::Function', { Timeout: 'ten' }, '/Timeout must be integer'],
    ['a value instead of a list', 'AWS::Lambda::Function', { Architectures: 'arm64' }, '/Architectures must be array'],
    [
      'a value in a map of another type',
      'AWS::ECS::TaskDefinition',
      container({ LogConfiguration: { ...LOG, Options: { 'max-buffer-size': 8 } } }),
      '/ContainerDefinitions/0/LogConfiguration/Options/max-buffer-size must be string',
    ],
    [
      'a name in a map of another form',
      'AWS::Lambda::Function',
      { Environment: { Variables: { 1: 'x' } } },
      '/Environment/Variables must NOT have additional properties 1',
    ],
    [
      'none of the permitted values',
      'AWS::Lambda::Function',
      { Architectures: ['arm'] },
      '/Architectures/0 must be equal to one of the allowed values x86_64, arm64',
    ],
    [
      'another form of a text',
      'AWS::Logs::LogGroup',
      { LogGroupName: 'call events' },
      '/LogGroupName must match pattern "^[.\\-_/#A-Za-z0-9]{1,512}\\Z"',
    ],
    [
      'a text that is too long',
      'AWS::Lambda::Function',
      { Description: 'x'.repeat(257) },
      '/Description must NOT have more than 256 characters',
    ],
    [
      'a text that is too short',
      'AWS::SQS::Queue',
      { Tags: [{ Key: '', Value: 'x' }] },
      '/Tags/0/Key must NOT have fewer than 1 characters',
    ],
    [
      'a list that is too long',
      'AWS::Lambda::Function',
      { Architectures: ['arm64', 'x86_64'] },
      '/Architectures must NOT have more than 1 items',
    ],
    [
      'a list that is too short',
      'AWS::Lambda::Function',
      { Architectures: [] },
      '/Architectures must NOT have fewer than 1 items',
    ],
    [
      'a number that is too large',
      'AWS::SQS::Queue',
      { MessageRetentionPeriod: 1_209_601 },
      '/MessageRetentionPeriod must be <= 1209600',
    ],
    [
      'a number that is too small',
      'AWS::SQS::Queue',
      { MessageRetentionPeriod: 59 },
      '/MessageRetentionPeriod must be >= 60',
    ],
    [
      'two properties that exclude each other',
      'AWS::EC2::Subnet',
      { Ipv4IpamPoolId: 'pool' },
      '/ must hold to dependentExcluded',
    ],
    [
      'the first two of a list in another order',
      'AWS::DynamoDB::Table',
      { KeySchema: [{ AttributeName: 'item', KeyType: 'RANGE' }] },
      '/KeySchema/0/KeyType must be equal to constant',
    ],
    [
      'a property without the one that it depends on',
      'AWS::DynamoDB::Table',
      { PointInTimeRecoverySpecification: { RecoveryPeriodInDays: 7 } },
      '/PointInTimeRecoverySpecification must have property PointInTimeRecoveryEnabled when property RecoveryPeriodInDays is present',
    ],
    ['neither of two properties', 'AWS::EC2::VPC', { CidrBlock: undefined }, '/ must hold to requiredXor'],
    ['none of several properties', 'AWS::Events::Rule', { EventPattern: undefined }, '/ must hold to requiredOr'],
    [
      'a list from a function, instead of a text',
      'AWS::Lambda::Function',
      { Role: { 'Fn::Split': [',', 'a'] } },
      '/Role must not be this intrinsic function',
    ],
    [
      'a text from a function, instead of a list',
      'AWS::Lambda::Function',
      { Layers: { 'Fn::Sub': 'a' } },
      '/Layers must not be this intrinsic function',
    ],
  ])('%s', (_, type, wrong, fault) => {
    const properties = Object.fromEntries(
      Object.entries({ ...GOOD[type], ...wrong }).filter(([, value]) => value !== undefined),
    );
    expect(validator.examine(type, properties).faults).toContain(fault);
  });

  test('a type that CloudFormation does not have', () => {
    expect(() => validator.learn(['AWS::SQS::Queues'])).toThrow('AWS::SQS::Queues: CloudFormation has no such type');
  });
});

test('a value that only the deployment knows is checked by its type, and JSON of another language is not', () => {
  const { depths } = validator.examine('AWS::Events::Rule', GOOD['AWS::Events::Rule'] ?? {});
  expect(Object.fromEntries(depths)).toEqual({
    '/EventPattern': 'nothing',
    '/Targets': 'value',
    '/Targets/0/Id': 'value',
    '/Targets/0/Arn': 'type',
    '/Targets/0/RetryPolicy': 'value',
    '/Targets/0/RetryPolicy/MaximumRetryAttempts': 'value',
  });
});

test('a property that the check does not look at would be found', () => {
  const given = { Targets: [{ Id: 'Target0', Arn: { Ref: 'Handler' } }] };
  expect(overlooked(given, new Map([['/Targets', 'value']]))).toEqual(['/Targets/0/Id', '/Targets/0/Arn']);
});
