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
 * A queue for events that were not delivered or not handled; it keeps them for 14 days.
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
    acknowledge(this, { 'AwsSolutions-SQS3': 'This is a dead-letter queue: it needs none of its own.' });
  }
}
