import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface LeftoverQueueProps {
  /** Encrypts the messages; see `CallDataKey`. @default a key that SQS manages */
  encryptionKey?: IKey | undefined;
}

/**
 * A FIFO queue for events that a connector could not publish before it was stopped; the next connector publishes them. It
 * keeps them for 14 days.
 *
 * @example
 * const leftovers = new LeftoverQueue(this, 'Leftovers');
 */
export class LeftoverQueue extends Queue {
  constructor(scope: Construct, id: string, { encryptionKey }: LeftoverQueueProps = {}) {
    super(scope, id, {
      fifo: true,
      ...(encryptionKey
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
        : { encryption: QueueEncryption.SQS_MANAGED }),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this, {
      'AwsSolutions-SQS3': 'The connector removes a message that it cannot read: none is received without end.',
    });
  }
}
