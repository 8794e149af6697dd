import { describe, expect, test } from 'vitest';
import type { CloudAssembly } from '../../../../../lib/local/template/cloud-assembly.ts';
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
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own notation
    { 'Fn::Sub': ['${Fn.Arn} ${own}', { own: { Ref: 'Bus' } }] },
    'arn:aws:lambda:us-east-1:000000000000:function:A-Fn calls',
  ],
  [{ 'Fn::Join': ['-', ['a', { Ref: 'Bus' }]] }, 'a-calls'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own notation
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
