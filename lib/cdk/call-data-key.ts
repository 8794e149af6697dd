import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/**
 * A customer-managed key for everything with call data or credentials: bus, archive, secrets, queues, logs. You can use
 * a key of your own, if its policy lets the same services use it.
 *
 * @example
 * const { key } = new CallDataKey(this, 'Key');
 * new CallEventBus(this, 'Bus', { encryptionKey: key });
 */
export class CallDataKey extends Construct {
  /** Rotated every year by KMS. Kept when the stack is deleted: without the key, encrypted data would be lost. */
  readonly key: IKey;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { account, region, partition } = Stack.of(this);
    const key = new Key(this, 'Key', {
      description: 'Call events, credentials and logs of ari-eventbridge',
      enableKeyRotation: true,
    });
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': account } };
    // For the bus and its archive, and for EventBridge when it sends an event to a dead-letter queue.
    key.grant(
      new ServicePrincipal('events.amazonaws.com', { conditions: ofThisAccount }),
      ...['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ReEncrypt*'],
    );
    // For the bus's log: the log records of an encrypted bus are encrypted in transit, with this context (EventBridge User
    // Guide, "Encrypting event bus logs").
    const inTransit = {
      StringLike: { 'kms:EncryptionContext:SourceArn': `arn:${partition}:logs:${region}:${account}:*` },
    };
    key.grant(new ServicePrincipal('events.amazonaws.com', { conditions: inTransit }), 'kms:GenerateDataKey');
    key.grant(
      new ServicePrincipal('delivery.logs.amazonaws.com', { conditions: inTransit }),
      'kms:Decrypt',
      'kms:GenerateDataKey',
    );
    // For the disk of the connector's task, with its journal and dead letters (ECS Developer Guide, "Create an encryption
    // key for Fargate ephemeral storage").
    const ofClusters = { StringEquals: { 'kms:EncryptionContext:aws:ecs:clusterAccount': account } };
    key.grant(
      new ServicePrincipal('fargate.amazonaws.com', { conditions: ofClusters }),
      'kms:GenerateDataKeyWithoutPlaintext',
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('fargate.amazonaws.com')],
        actions: ['kms:CreateGrant'],
        resources: ['*'],
        conditions: { ...ofClusters, 'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Decrypt'] } },
      }),
    );
    key.grant(
      new ServicePrincipal(`logs.${region}.amazonaws.com`, {
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
        },
      }),
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:DescribeKey',
    );
    this.key = key as IKey;
  }
}
