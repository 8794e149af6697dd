import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges findings of cdk-nag on a construct and its children, each with the reason for reviewers.
 *
 * @param reasons by the finding's id, such as `AwsSolutions-SQS3` or `AwsSolutions-IAM5[Resource::*]`
 */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}

/** Reasons for the wildcards in a grant to use a key: each stands for a family of KMS actions. */
export const KEY_GRANT_REASONS: Readonly<Record<string, string>> = {
  'AwsSolutions-IAM5[Action::kms:GenerateDataKey*]':
    'GenerateDataKey and GenerateDataKeyWithoutPlaintext, on the one key of this deployment.',
  'AwsSolutions-IAM5[Action::kms:ReEncrypt*]': 'ReEncryptFrom and ReEncryptTo, on the one key of this deployment.',
};
