import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** A log group that is deleted with its stack; by default it would be kept. Its retention is a month by default. */
export function logGroup(
  scope: Construct,
  id: string,
  {
    logGroupName,
    retention,
    encryptionKey,
  }: { logGroupName?: string; retention?: RetentionDays | undefined; encryptionKey?: IKey | undefined },
): LogGroup {
  return new LogGroup(scope, id, {
    ...(logGroupName !== undefined && { logGroupName }),
    retention: retention ?? RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(encryptionKey && { encryptionKey }),
  });
}
