import { expect, test } from 'vitest';
import { readDeployment } from '../../../lib/local/deployment.ts';

const assemblyOf = (Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>) => ({
  assets: new Map([['abc', '/assets/abc']]),
  templates: new Map([['A', { Resources }]]),
});

test('a function is read with the defaults of CloudFormation', () => {
  const { functions } = readDeployment(
    assemblyOf({
      Fn: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: 'abc.zip' }, Handler: 'index.handler' } },
    }),
  );
  expect(functions).toMatchObject([
    { code: '/assets/abc', handler: 'index.handler', timeoutMs: 3000, memoryMb: 128, environment: {} },
  ]);
});

test.each([
  [
    'a target whose input is transformed',
    'AWS::Events::Rule',
    { Targets: [{ Arn: 'x', InputPath: '$.detail' }] },
    'does not know InputPath of a target',
  ],
  [
    'a secret whose value is not generated',
    'AWS::SecretsManager::Secret',
    { SecretString: 'x' },
    'expects GenerateSecretString',
  ],
  ['a function whose code is missing', 'AWS::Lambda::Function', { Code: { S3Key: 'def.zip' } }, 'holds no asset def'],
])('%s is refused: it would run otherwise than deployed', (_, Type, Properties, sentence) => {
  expect(() => readDeployment(assemblyOf({ It: { Type, Properties } }))).toThrow(sentence);
});
