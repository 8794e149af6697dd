import { expect, test } from 'vitest';
import { CallDataKey } from '../../../lib/cdk/call-data-key.ts';
import { only, templateOf } from '../../support/template-of.ts';

interface Statement {
  Principal: { Service?: unknown; AWS?: unknown };
  Condition?: Record<string, Record<string, unknown>>;
}

test('a key is rotated automatically, and no service may use it for another account', () => {
  const key = only(
    templateOf((stack) => new CallDataKey(stack, 'Key')),
    'AWS::KMS::Key',
  );
  expect(key.EnableKeyRotation).toBe(true);
  const { Statement } = key.KeyPolicy as { Statement: Statement[] };
  const services = Statement.filter(({ Principal }) => Principal.Service !== undefined);
  expect(services).toHaveLength(6);
  for (const { Condition } of services) {
    const account = Condition?.StringEquals?.['aws:SourceAccount'];
    const contexts = [
      Condition?.ArnLike?.['kms:EncryptionContext:aws:logs:arn'],
      Condition?.StringLike?.['kms:EncryptionContext:SourceArn'],
      Condition?.StringEquals?.['kms:EncryptionContext:aws:ecs:clusterAccount'],
    ];
    expect(account ?? JSON.stringify(contexts).includes('"AWS::AccountId"')).toBeTruthy();
  }
});
