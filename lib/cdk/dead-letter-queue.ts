import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface DeadLetterQueueProps {
  /** Encrypts the messages; see `CallDataKey`. @default a key that SQS manages */
  encryptionKey?: IKey | undefined;
}

/**
 * Where events end up that nobody could take, for 14 days.
 *
 * @example
 * const deadLetters = new DeadLetterQueue(this, 'DeadLetters');
 */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string, { encryptionKey }: DeadLetterQueueProps = {}) {
    super(scope, id, {
      ...(encryptionKey
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
        : { encryption: QueueEncryption.SQS_MANAGED }),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this, { 'AwsSolutions-SQS3': 'This is a dead-letter queue: what comes here goes no further.' });
  }
}
