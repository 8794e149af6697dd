import { describe, expect, test } from 'vitest';
import type { CloudAssembly } from '../../../lib/local/cloud-assembly.ts';
import { TemplateValues } from '../../../lib/local/template-values.ts';

const ASSEMBLY: CloudAssembly = {
  assets: new Map(),
  templates: new Map([
    [
      'A',
      {
        Resources: {
          Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'calls' } },
          Secret: { Type: 'AWS::SecretsManager::Secret' },
          Fn: { Type: 'AWS::Lambda::Function' },
          Role: { Type: 'AWS::IAM::Role' },
        },
        Outputs: { Out: { Value: { Ref: 'Bus' }, Export: { Name: 'A:Bus' } } },
      },
    ],
    ['B', {}],
  ]),
};
const values = new TemplateValues(ASSEMBLY);

test.each([
  ['text', 'text'],
  [{ Ref: 'AWS::Region' }, 'us-east-1'],
  [{ Ref: 'Bus' }, 'calls'],
  [{ Ref: 'Fn' }, 'A-Fn'],
  [{ Ref: 'Secret' }, 'arn:aws:secretsmanager:us-east-1:000000000000:secret:A-Secret'],
  [{ 'Fn::GetAtt': ['Bus', 'Arn'] }, 'arn:aws:events:us-east-1:000000000000:event-bus/calls'],
  [{ 'Fn::GetAtt': ['Fn', 'Arn'] }, 'arn:aws:lambda:us-east-1:000000000000:function:A-Fn'],
  [{ 'Fn::Join': ['-', ['a', { Ref: 'Bus' }]] }, 'a-calls'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own notation
  [{ 'Fn::Sub': '${AWS::AccountId}/${Bus}/${!Literal}' }, '000000000000/calls/${!Literal}'],
  [{ 'Fn::ImportValue': 'A:Bus' }, 'calls'],
  [
    { list: [{ Ref: 'Bus' }], n: 1 },
    { list: ['calls'], n: 1 },
  ],
])('%j becomes %j', (value, resolved) => {
  expect(values.resolve('A', value)).toEqual(resolved);
});

describe('what has no local meaning is an error, never a guess', () => {
  test.each([
    [{ 'Fn::FindInMap': ['a', 'b', 'c'] }, 'local mode cannot resolve {"Fn::FindInMap":["a","b","c"]}'],
    [{ 'Fn::GetAtt': ['Fn', 'Version'] }, 'local mode cannot resolve {"Fn::GetAtt":["Fn","Version"]}'],
    [{ 'Fn::GetAtt': ['Role', 'Arn'] }, 'local mode knows no ARN for Role, a AWS::IAM::Role'],
    [{ Ref: 'Missing' }, 'no resource or parameter is named Missing'],
    [{ 'Fn::ImportValue': 'A:Other' }, 'No stack exports A:Other'],
  ])('%j', (value, sentence) => {
    expect(() => values.resolve('A', value)).toThrow(sentence);
  });
});
