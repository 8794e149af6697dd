import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface StateTableProps {
  /** Encrypts the items; see `CallDataKey`. @default a key that DynamoDB owns */
  encryptionKey?: IKey | undefined;
}

/**
 * The table that all connectors of a deployment share: their heartbeats, and the calls that were announced on the bus, so
 * that a new task on a new disk knows them. It is deleted with its stack.
 *
 * @example
 * const state = new StateTable(this, 'State');
 */
export class StateTable extends Table {
  readonly #key: IKey | undefined;

  constructor(scope: Construct, id: string, { encryptionKey }: StateTableProps = {}) {
    super(scope, id, {
      partitionKey: { name: 'of', type: AttributeType.STRING },
      sortKey: { name: 'item', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires',
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    });
    this.#key = encryptionKey;
    acknowledge(this, {
      'AwsSolutions-DDB3':
        'The items are of calls that are in progress: a backup would be of calls that are over. Without them the connector announces a gap and compares with Asterisk.',
    });
  }

  /** Lets a connector do what it does: read the items of one owner, and write in batches. */
  grantConnector(connector: IGrantable): void {
    this.grant(connector, 'dynamodb:Query', 'dynamodb:BatchWriteItem');
    this.#key?.grantEncryptDecrypt(connector);
  }
}
