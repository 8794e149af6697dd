import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** A log group that ends with its stack; left to itself, it would outlive it. Kept for a month unless told otherwise. */
export function logGroup(
  scope: Construct,
  id: string,
  { retention, encryptionKey }: { retention?: RetentionDays | undefined; encryptionKey?: IKey | undefined },
): LogGroup {
  return new LogGroup(scope, id, {
    retention: retention ?? RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(encryptionKey && { encryptionKey }),
  });
}
