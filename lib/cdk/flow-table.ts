import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/**
 * The table of a flow's inboxes: what happened to a call while its function was busy. It is deleted with its stack.
 *
 * `CallFlow` makes one of its own.
 *
 * @example
 * const flow = new CallFlow(this, 'Ivr', { entry: 'functions/ivr/index.ts', application: 'Intro-IVR', bus, nodes: [user] });
 * const { tableName } = flow.table;
 */
export class FlowTable extends Table {
  readonly #key: IKey | undefined;

  constructor(scope: Construct, id: string, { encryptionKey }: { encryptionKey?: IKey | undefined } = {}) {
    super(scope, id, {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    });
    this.#key = encryptionKey;
    acknowledge(this, {
      'AwsSolutions-DDB3': 'The items are of calls that are in progress: a backup would be of calls that are over.',
    });
  }

  /** Lets a function add to an inbox. */
  grantAppend(grantee: IGrantable): void {
    this.grant(grantee, 'dynamodb:UpdateItem');
    this.#key?.grantEncryptDecrypt(grantee);
  }

  /** Lets a flow read its inbox, and say what it waits for. */
  grantFlow(grantee: IGrantable): void {
    this.grant(grantee, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
    this.#key?.grantEncryptDecrypt(grantee);
  }
}
