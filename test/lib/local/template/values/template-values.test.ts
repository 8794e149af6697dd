// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's own notation
import { describe, expect, test } from 'vitest';
import type { CloudAssembly, Template } from '../../../../../lib/local/template/cloud-assembly.ts';
import { TemplateValues } from '../../../../../lib/local/template/values/template-values.ts';

const ASSEMBLY: CloudAssembly = {
  assets: new Map(),
  stacks: new Map([
    [
      'A',
      {
        name: 'A',
        template: {
          Resources: {
            Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'calls' } },
            Secret: { Type: 'AWS::SecretsManager::Secret' },
            Fn: { Type: 'AWS::Lambda::Function' },
            Role: { Type: 'AWS::IAM::Role' },
            Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'letters' } },
            Rule: { Type: 'AWS::Events::Rule', Properties: { EventBusName: { Ref: 'Bus' } } },
            Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/x' } },
            Topic: { Type: 'AWS::SNS::Topic' },
            Odd: { Type: 'AWS::Odd::Thing' },
          },
          Parameters: {
            Size: { Type: 'Number', Default: 7 },
            List: { Type: 'CommaDelimitedList', Default: 'a, b' },
            Asked: { Type: 'String' },
          },
          Mappings: { Sizes: { 'us-east-1': { small: 1 } } },
          Conditions: {
            Yes: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
            No: { 'Fn::Not': [{ Condition: 'Yes' }] },
            Both: { 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] }] },
          },
          Outputs: { Out: { Value: { Ref: 'Bus' }, Export: { Name: 'A:Bus' } } },
        },
      },
    ],
    ['B', { name: 'B', template: {} }],
  ]),
};
const values = new TemplateValues(ASSEMBLY, { endpoint: 'http://127.0.0.1:4000' });

test.each([
  ['text', 'text'],
  [{ Ref: 'AWS::Region' }, 'us-east-1'],
  [{ Ref: 'Bus' }, 'calls'],
  [{ Ref: 'Fn' }, 'A-Fn'],
  [{ Ref: 'Secret' }, 'arn:aws:secretsmanager:us-east-1:000000000000:secret:A-Secret-d1338e'],
  [{ 'Fn::GetAtt': ['Bus', 'Arn'] }, 'arn:aws:events:us-east-1:000000000000:event-bus/calls'],
  [{ 'Fn::GetAtt': ['Fn', 'Arn'] }, 'arn:aws:lambda:us-east-1:000000000000:function:A-Fn'],
  [{ 'Fn::GetAtt': 'Fn.Arn' }, 'arn:aws:lambda:us-east-1:000000000000:function:A-Fn'],
  [{ 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::000000000000:role/A-Role'],
  [{ 'Fn::GetAtt': ['Rule', 'Arn'] }, 'arn:aws:events:us-east-1:000000000000:rule/calls/A-Rule'],
  [{ 'Fn::GetAtt': ['Logs', 'Arn'] }, 'arn:aws:logs:us-east-1:000000000000:log-group:/x:*'],
  [{ 'Fn::GetAtt': ['Queue', 'QueueName'] }, 'letters'],
  [{ Ref: 'Queue' }, 'http://127.0.0.1:4000/000000000000/letters'],
  [{ Ref: 'Topic' }, 'arn:aws:sns:us-east-1:000000000000:A-Topic'],
  [{ Ref: 'Size' }, '7'],
  [{ Ref: 'List' }, ['a', 'b']],
  [{ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b'] }] }, 'b'],
  [{ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 1],
  [{ 'Fn::If': ['Both', 'yes', 'no'] }, 'yes'],
  [{ a: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
  [{ 'Fn::Base64': 'x' }, 'eA=='],
  [
    { 'Fn::Sub': ['${Fn.Arn} ${own}', { own: { Ref: 'Bus' } }] },
    'arn:aws:lambda:us-east-1:000000000000:function:A-Fn calls',
  ],
  [{ 'Fn::Join': ['-', ['a', { Ref: 'Bus' }]] }, 'a-calls'],
  [{ 'Fn::Sub': '${AWS::AccountId}/${Bus}/${!Literal}' }, '000000000000/calls/${Literal}'],
  [{ 'Fn::ImportValue': 'A:Bus' }, 'calls'],
  [{ 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'Out', Region: { Ref: 'AWS::Region' } } }, 'calls'],
  [
    { list: [{ Ref: 'Bus' }], n: 1 },
    { list: ['calls'], n: 1 },
  ],
])('%j becomes %j', (value, resolved) => {
  expect(values.resolve('A', value)).toEqual(resolved);
});

describe('a value that cannot be resolved locally is an error', () => {
  test.each([
    [{ 'Fn::FindInMap': ['Sizes', 'b', 'c'] }, 'Template error: Unable to get mapping for Sizes::b::c'],
    [
      { 'Fn::GetAtt': ['Fn', 'Version'] },
      'local mode does not know the attribute Version of Fn, a AWS::Lambda::Function',
    ],
    [{ 'Fn::GetAtt': ['Odd', 'Arn'] }, 'local mode does not know the attribute Arn of Odd, a AWS::Odd::Thing'],
    [{ Ref: 'Odd' }, 'local mode does not know what Ref gives of Odd, a AWS::Odd::Thing'],
    [{ Ref: 'Asked' }, 'the parameter Asked has no default: give it a value, with --parameters Asked=VALUE'],
    [{ 'Fn::If': ['Other', 1, 2] }, 'unresolved condition dependency Other'],
    [{ Ref: 'Missing' }, 'no resource or parameter is named Missing'],
    [{ 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'Other' } }, 'stack A has no output Other'],
    [{ 'Fn::ImportValue': 'A:Other' }, 'no stack exports A:Other'],
  ])('%j', (value, sentence) => {
    expect(() => values.resolve('A', value)).toThrow(sentence);
  });
});

/** The values of one stack. */
function valuesOf(template: Template, options: ConstructorParameters<typeof TemplateValues>[1] = {}): TemplateValues {
  return new TemplateValues({ stacks: new Map([['A', { name: 'A', template }]]), assets: new Map() }, options);
}
const EXTENDED = { Transform: 'AWS::LanguageExtensions' };

describe('functions follow their reference', () => {
  const template: Template = {
    ...EXTENDED,
    Parameters: { List: { Type: 'CommaDelimitedList', Default: 'a, b ,c' } },
    Mappings: { Map: { top: { text: 'x', list: ['1', '2'] } } },
  };
  test.each([
    // The example of Fn::Cidr's page.
    [{ 'Fn::Cidr': ['192.168.0.0/24', '6', '5'] }, [0, 32, 64, 96, 128, 160].map((last) => `192.168.0.${last}/27`)],
    [{ 'Fn::Cidr': ['2001:db8::/56', 2, 64] }, ['2001:db8::/64', '2001:db8:0:1::/64']],
    [{ 'Fn::GetAZs': '' }, ['us-east-1a', 'us-east-1b', 'us-east-1c']],
    [{ 'Fn::GetAZs': 'eu-west-1' }, []],
    [{ 'Fn::Length': { 'Fn::Split': ['|', 'a|b|c'] } }, 3],
    [{ 'Fn::Length': { Ref: 'List' } }, 3],
    [
      { 'Fn::ToJsonString': { key1: 'value1', gone: { Ref: 'AWS::NoValue' }, n: [1, true] } },
      '{"key1":"value1","n":[1,true]}',
    ],
    [{ 'Fn::FindInMap': ['Map', 'top', 'list'] }, ['1', '2']],
    [{ 'Fn::FindInMap': ['Map', 'other', 'text', { DefaultValue: { Ref: 'AWS::Region' } }] }, 'us-east-1'],
    [{ 'Fn::Select': ['1', { Ref: 'List' }] }, 'b'],
    [{ 'Fn::Join': ['', ['a', 1, true, { Ref: 'AWS::NoValue' }]] }, 'a1true'],
    [{ 'Fn::Sub': ['$${a}${!b}$', { a: { 'Fn::Join': ['', ['x']] } }] }, '$x${b}$'],
    [{ Ref: 'AWS::NotificationARNs' }, []],
    [{ Ref: { 'Fn::Sub': 'List' } }, ['a', 'b', 'c']],
  ])('%j becomes %j', (value, expected) => {
    expect(valuesOf(template).resolve('A', value)).toEqual(expected);
  });

  test.each([
    [{ 'Fn::Select': [3, { Ref: 'List' }] }, 'Fn::Select cannot select nonexistent value at index 3'],
    [{ 'Fn::Select': ['one', { Ref: 'List' }] }, 'Fn::Select needs (1) an index and (2) a list to select from'],
    [{ 'Fn::Join': [',', 'a'] }, 'Fn::Join needs (1) a string delimiter and (2) a list of strings to be joined'],
    [{ 'Fn::Join': [',', [{ a: 1 }]] }, 'Fn::Join needs'],
    [{ 'Fn::Split': ['', 'a'] }, 'Fn::Split needs (1) a string delimiter and (2) a string to be split'],
    [{ 'Fn::Sub': 'a ${b c}' }, 'variable names in Fn::Sub syntax must contain only alphanumeric characters'],
    [{ 'Fn::Sub': '${List}' }, 'variable List in Fn::Sub expression does not resolve to a string'],
    [{ 'Fn::Cidr': ['10.0.0.0/30', 4, 2] }, '10.0.0.0/30 does not contain 4 blocks of 2 subnet bits'],
    [{ 'Fn::FindInMap': ['None', 'a', 'b'] }, 'Unable to get mapping for None: there is no such mapping'],
    [{ 'Fn::If': [{ 'Fn::Equals': [1, 1] }, 1, 2] }, 'Fn::If needs the name of a condition first'],
    [{ Ref: 'List', 'Fn::Sub': 'x' }, 'Fn::Sub stands beside other keys (Ref, Fn::Sub)'],
    [{ 'Fn::Transform': { Name: 'AWS::Include' } }, 'local mode cannot resolve {"Fn::Transform"'],
  ])('%j is refused', (value, message) => {
    expect(() => valuesOf(template).resolve('A', value)).toThrow(message);
  });

  test.each([
    [{ 'Fn::Length': [1] }, 'Fn::Length needs `Transform: AWS::LanguageExtensions`'],
    [{ 'Fn::ToJsonString': {} }, 'Fn::ToJsonString needs `Transform'],
    [{ 'Fn::FindInMap': ['Map', 'a', 'b', { DefaultValue: '' }] }, 'The default value of Fn::FindInMap needs'],
  ])('%j is refused without the transform that brings it', (value, message) => {
    expect(() => valuesOf({ ...template, Transform: undefined }).resolve('A', value)).toThrow(message);
  });
});

describe('conditions', () => {
  const resources = (Conditions: Record<string, unknown>, more: Template = {}) =>
    valuesOf({ Conditions, Resources: { R: { Type: 'T', Condition: 'C' } }, ...more }).resources('A').length;
  test.each([
    [{ 'Fn::Equals': [1, '1'] }, 1],
    [{ 'Fn::Equals': [true, 'true'] }, 1],
    [{ 'Fn::Equals': ['a', 'A'] }, 0],
    [{ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] }] }, 0],
  ])('%j', (condition, count) => {
    expect(resources({ C: condition })).toBe(count);
  });

  test.each([
    [{ C: { 'Fn::And': [{ Condition: 'C' }, { Condition: 'C' }] } }, 'the condition C depends on itself'],
    [{ C: { 'Fn::And': [{ 'Fn::Equals': [1, 1] }] } }, 'Fn::And needs 2 to 10 conditions'],
    [{ C: { 'Fn::Equals': [{ Ref: 'R' }, 1] } }, 'Unresolved dependencies [R]. Cannot reference resources'],
    [{ C: 'yes' }, 'cannot be evaluated'],
    [{}, 'Stack A, R: Template error: unresolved condition dependency C'],
  ])('%j is refused', (conditions, message) => {
    expect(() => resources(conditions)).toThrow(message);
  });

  test('a resource or an export whose condition is false is not there', () => {
    const values = valuesOf({
      Conditions: { No: { 'Fn::Equals': [1, 2] } },
      Resources: { Bus: { Type: 'AWS::Events::EventBus', Condition: 'No' } },
      Outputs: { Out: { Value: 'x', Condition: 'No', Export: { Name: 'Name' } } },
    });
    expect(() => values.resolve('A', { Ref: 'Bus' })).toThrow(
      'unresolved resource dependency Bus: its condition is false',
    );
    expect(() => values.resolve('A', { 'Fn::ImportValue': 'Name' })).toThrow('no stack exports Name');
  });
});

test('a loop makes a resource of each item, also within another loop', () => {
  const values = valuesOf({
    ...EXTENDED,
    Resources: {
      'Fn::ForEach::Outer': [
        'Team',
        ['Sales', 'Support'],
        {
          'Fn::ForEach::Inner': [
            'Kind',
            ['a', 'b-1'],
            {
              '${Team}&{Kind}': {
                Type: 'T',
                Properties: { Name: { 'Fn::Sub': '${Team}/${Kind}' }, kind: { Ref: 'Kind' } },
              },
            },
          ],
        },
      ],
    } as unknown as NonNullable<Template['Resources']>,
  });
  expect(values.resources('A').map(([id, { Properties }]) => [id, values.resolve('A', Properties)])).toEqual([
    ['Salesa', { Name: 'Sales/a', kind: 'a' }],
    ['Salesb1', { Name: 'Sales/b-1', kind: 'b-1' }],
    ['Supporta', { Name: 'Support/a', kind: 'a' }],
    ['Supportb1', { Name: 'Support/b-1', kind: 'b-1' }],
  ]);
});

describe('dynamic references', () => {
  const secrets: Record<string, string> = {
    crm: '{"key":"k-1","n":7}',
    'arn:aws:secretsmanager:us-east-1:000000000000:secret:crm-abcdef': '{"key":"by ARN"}',
  };
  const property = (Value: unknown) =>
    valuesOf(
      {
        Resources: {
          P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/own', Value: 'own' } },
          R: { Type: 'T', Properties: { Value } },
        },
      },
      {
        given: { ssm: { '/given': 'given' } },
        secret: (id, { stage = 'AWSCURRENT' }) =>
          `${secrets[id]}`.replace('k-1', stage === 'AWSCURRENT' ? 'k-1' : stage),
      },
    ).property('A', 'R', 'Value');

  test.each([
    ['{{resolve:ssm:/own}}', 'own'],
    ['a{{resolve:ssm:/given:3}}b{{resolve:ssm:/own}}', 'agivenbown'],
    ['{{resolve:secretsmanager:crm}}', '{"key":"k-1","n":7}'],
    ['{{resolve:secretsmanager:crm:SecretString:key}}', 'k-1'],
    ['{{resolve:secretsmanager:crm:SecretString:n::}}', '7'],
    ['{{resolve:secretsmanager:crm:SecretString:key:AWSPREVIOUS:}}', 'AWSPREVIOUS'],
    [{ 'Fn::Join': ['', ['{{resolve:secretsmanager:', Object.keys(secrets)[1], ':SecretString:key::}}']] }, 'by ARN'],
    [{ list: ['{{resolve:ssm:/own}}'] }, { list: ['own'] }],
  ])('%j becomes %j', (value, expected) => {
    expect(property(value)).toEqual(expected);
  });

  test.each([
    ['{{resolve:ssm:/none}}', 'no stack has the SSM parameter /none: give it a value, with --ssm /none=VALUE'],
    ['{{resolve:secretsmanager:crm:SecretString:other}}', 'the secret has no JSON key other'],
    ['{{resolve:secretsmanager:crm:SecretBinary}}', "expected SecretString after the secret's id"],
    ['{{resolve:ssm-secure:/x}}', 'CloudFormation does not support ssm-secure here'],
    ['{{resolve:kms:/x}}', 'expected the service ssm or secretsmanager'],
  ])('%j is refused, and no value of a secret is in the message', (value, message) => {
    expect(() => property(value)).toThrow(message);
    expect(() => property(value)).not.toThrow('k-1');
  });
});

test('a parameter of Systems Manager gives the value of the app, or the one that is given', () => {
  const template: Template = {
    Parameters: {
      Own: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/own' },
      Given: { Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: '/given' },
    },
    Resources: {
      P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/own', Value: { 'Fn::Sub': '${AWS::Region}' } } },
    },
  };
  const values = valuesOf(template, { given: { ssm: { '/given': 'a, b' } } });
  expect(values.resolve('A', [{ Ref: 'Own' }, { Ref: 'Given' }])).toEqual(['us-east-1', ['a', 'b']]);
});

describe('a parameter', () => {
  test.each([
    [{ Type: 'Number' }, 'x', 'Parameter P: expected a number, got "x"'],
    [{ Type: 'Number', MaxValue: 5 }, '6', 'expected at most 5'],
    [{ AllowedValues: ['a', 'b'] }, 'c', 'expected one of a, b, got "c"'],
    [{ AllowedPattern: '[a-z]+' }, 'a1', 'expected a value that matches [a-z]+'],
    [
      { MinLength: 3, ConstraintDescription: 'Three letters, please' },
      'a',
      'Parameter P: Three letters, please, got "a"',
    ],
    [{ AllowedValues: ['a'], NoEcho: true }, 'hunter2', 'got "****"'],
    [{ Type: 'CommaDelimitedList', AllowedValues: ['a', 'b'] }, 'a, c', 'expected one of a, b'],
  ])('%j does not take %j', (parameter, value, message) => {
    expect(() => valuesOf({ Parameters: { P: parameter } }, { given: { parameters: { P: value } } })).toThrow(message);
  });
});

test('a nested stack takes parameters from its parent and gives it outputs', () => {
  const values = new TemplateValues({
    assets: new Map(),
    stacks: new Map([
      [
        'A',
        {
          name: 'A',
          template: {
            Resources: {
              Bus: { Type: 'AWS::Events::EventBus' },
              Inner: {
                Type: 'AWS::CloudFormation::Stack',
                Properties: { Parameters: { BusName: { Ref: 'Bus' }, Zones: { 'Fn::GetAZs': '' } } },
              },
            },
          },
        },
      ],
      [
        'A/Inner',
        {
          name: 'A-Inner',
          parent: { stack: 'A', id: 'Inner' },
          template: {
            Parameters: { BusName: { Type: 'String' }, Zones: { Type: 'List<String>' } },
            Outputs: {
              Out: { Value: { 'Fn::Join': ['/', [{ Ref: 'BusName' }, { 'Fn::Select': [1, { Ref: 'Zones' }] }]] } },
            },
          },
        },
      ],
    ]),
  });
  expect(values.resolve('A', { 'Fn::GetAtt': ['Inner', 'Outputs.Out'] })).toBe('A-Bus/us-east-1b');
  expect(values.resolve('A', { Ref: 'Inner' })).toMatch(
    /^arn:aws:cloudformation:us-east-1:000000000000:stack\/A-Inner\//,
  );
  expect(() => values.resolve('A', { 'Fn::GetAtt': ['Inner', 'Outputs.None'] })).toThrow('has no output None');
});

test('ARNs are in the account, region and partition of their stack', () => {
  const values = new TemplateValues({
    assets: new Map(),
    stacks: new Map([
      [
        'A',
        {
          name: 'A',
          account: '111111111111',
          region: 'cn-north-1',
          template: {
            Resources: {
              Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'calls' } },
              Rule: { Type: 'AWS::Events::Rule', Properties: { EventBusName: { Ref: 'Bus' } } },
              Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: 'fn' } },
              Alias: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Version' }, Name: 'live' } },
              Queue: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
              Subnet: { Type: 'AWS::EC2::Subnet', Properties: { CidrBlock: '10.0.0.0/24' } },
            },
          },
        },
      ],
    ]),
  });
  const at = (service: string, path: string): string => `arn:aws-cn:${service}:cn-north-1:111111111111:${path}`;
  const refs = (...ids: string[]) => ids.map((id) => values.resolve('A', { Ref: id }));
  expect(values.resolve('A', { 'Fn::GetAtt': ['Rule', 'Arn'] })).toBe(at('events', 'rule/calls/A-Rule'));
  expect(refs('Rule', 'Version', 'Alias', 'Queue', 'AWS::URLSuffix')).toEqual([
    'calls|A-Rule',
    at('lambda', 'function:fn:1'),
    at('lambda', 'function:fn:live'),
    'http://127.0.0.1/111111111111/A-Queue.fifo',
    'amazonaws.com.cn',
  ]);
  expect(values.resolve('A', { 'Fn::GetAtt': ['Subnet', 'CidrBlock'] })).toBe('10.0.0.0/24');
  expect(() => values.resolve('A', { 'Fn::GetAtt': ['Subnet', 'VpcId'] })).toThrow(
    'Subnet (AWS::EC2::Subnet) has no property VpcId',
  );
});

test('what Ref and Fn::GetAtt give can be given where local mode cannot know it', () => {
  const template: Template = { Resources: { Thing: { Type: 'Custom::Thing' } } };
  const resources = { 'A.Thing': 'its id', 'A.Thing.Url': 'https://thing' };
  const value = [{ Ref: 'Thing' }, { 'Fn::GetAtt': ['Thing', 'Url'] }];
  expect(valuesOf(template, { given: { resources } }).resolve('A', value)).toEqual(['its id', 'https://thing']);
  expect(() => valuesOf(template).resolve('A', value)).toThrow('Give the value in cdk.local.json, under "resources"');
});

test('null is refused with its path, as CloudFormation does not take it', () => {
  const Properties = { EventPattern: { detail: { callId: [null] } } };
  expect(() => valuesOf({ Resources: { Rule: { Type: 'AWS::Events::Rule', Properties } } })).toThrow(
    "Stack A: Template format error: [/Resources/Rule/Properties/EventPattern/detail/callId/0] 'null' values are not allowed in templates",
  );
});

test('resources that refer to each other in a circle are an error', () => {
  const property = (id: string) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: id } } });
  expect(() => valuesOf({ Resources: { A: property('B'), B: property('A') } }).resolve('A', { Ref: 'A' })).toThrow(
    'circular dependency',
  );
});
