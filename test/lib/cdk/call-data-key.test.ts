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
  expect(services).toHaveLength(3);
  for (const { Condition } of services) {
    const account = Condition?.StringEquals?.['aws:SourceAccount'];
    const logs = JSON.stringify(Condition?.ArnLike?.['kms:EncryptionContext:aws:logs:arn'] ?? '');
    expect(account ?? logs.includes('"AWS::AccountId"')).toBeTruthy();
  }
});
