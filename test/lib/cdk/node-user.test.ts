import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { expect, test } from 'vitest';
import { NodeUser } from '../../../lib/cdk/node-user.ts';
import { NODE, only, templateOf } from '../../support/template-of.ts';

test('the password of a user is made up by Secrets Manager, of characters that ari.conf takes as they are', () => {
  const template = templateOf((stack) => new NodeUser(stack, 'User', { node: NODE, username: 'handlers' }));
  const secret = only(template, 'AWS::SecretsManager::Secret');
  expect(secret).not.toHaveProperty('SecretString');
  expect(secret.GenerateSecretString).toEqual({
    ExcludePunctuation: true,
    GenerateStringKey: 'password',
    PasswordLength: 32,
    SecretStringTemplate: '{"username":"handlers"}',
  });
});

test('a secret that is there already is taken as it is', () => {
  const template = templateOf((stack) => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:pbx-1/handlers-a1b2c3';
    const secret = Secret.fromSecretCompleteArn(stack, 'Mine', arn);
    const user = new NodeUser(stack, 'User', { node: NODE, username: 'handlers', secret });
    expect(user.secret.secretArn).toBe(arn);
  });
  template.resourceCountIs('AWS::SecretsManager::Secret', 0);
});
