import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Archive, EventBus, type IEventBus, IncludeDetail, Level } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CALL_EVENT_SOURCE, CONNECTOR_SOURCE } from '../events/entry.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { logGroup } from './log-group.ts';
import { SolePublishers } from './sole-publishers.ts';

export interface CallEventBusProps {
  /**
   * How long events are archived for replays; call handlers ignore replays by default. 0 archives none.
   * @default 14 days
   */
  archive?: Duration;
  /**
   * An existing bus; its log, its key and its dead letters stay as they are.
   * @default a new one
   */
  existing?: IEventBus | undefined;
  /** Whether EventBridge logs what it could not deliver by a new bus. @default true */
  log?: boolean;
  /** How long the log is kept. The contents of events are never logged. @default 1 month */
  logRetention?: RetentionDays;
  /**
   * ARNs of the only roles that may put events with the sources `asterisk.ari` and `asterisk.ari.connector`. Omit it
   * where a `ConnectorService` is deployed, which does this for its own role.
   * @default every principal that IAM allows to put events on the bus
   */
  publishers?: readonly string[] | undefined;
  /** Encrypts the bus, its archive, its log and its dead letters; see `CallDataKey`. @default keys that AWS owns */
  encryptionKey?: IKey | undefined;
}

/**
 * The bus of call events, with an archive and a log of failed deliveries.
 *
 * @example
 * const { bus } = new CallEventBus(this, 'Bus', { archive: Duration.days(30) });
 */
export class CallEventBus extends Construct {
  readonly bus: IEventBus;
  /** `undefined` where nothing is archived. */
  readonly archive: Archive | undefined;
  /** Events that EventBridge could not encrypt or decrypt with `encryptionKey`. `undefined` without one. */
  readonly deadLetters: DeadLetterQueue | undefined;

  constructor(scope: Construct, id: string, props: CallEventBusProps = {}) {
    super(scope, id);
    const { encryptionKey, existing } = props;
    // As an import: otherwise the key's policy would refer to the bus, and each would depend on the other.
    const kmsKey = encryptionKey && Key.fromKeyArn(this, 'Key', encryptionKey.keyArn);
    if (encryptionKey && !existing) this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', { encryptionKey });
    this.bus = existing ?? this.#make(props, kmsKey);
    const retention = props.archive ?? Duration.days(14);
    if (retention.toDays() > 0) {
      this.archive = new Archive(this, 'Archive', {
        sourceEventBus: this.bus,
        description: 'Call events, and events of the connector',
        eventPattern: { source: [CALL_EVENT_SOURCE, CONNECTOR_SOURCE] },
        retention,
        ...(kmsKey && { kmsKey }),
      });
    }
    if (props.publishers) new SolePublishers(this, 'Publishers', { bus: this.bus, roleArns: props.publishers });
    new CfnOutput(this, 'Name', { description: 'The bus of call events', value: this.bus.eventBusName });
  }

  #make({ log: logs = true, ...props }: CallEventBusProps, kmsKey: IKey | undefined): IEventBus {
    const bus = new EventBus(this, 'Bus', {
      description: 'Call events of Asterisk, from its REST interface (ARI)',
      logConfig: { level: logs ? Level.ERROR : Level.OFF, includeDetail: IncludeDetail.NONE },
      ...(kmsKey && { kmsKey }),
      ...(this.deadLetters && { deadLetterQueue: this.deadLetters as IQueue }),
    }) as IEventBus;
    // Not `grantSendMessages`: that would refer to the bus in the key's policy. EventBridge may use the key already.
    this.deadLetters?.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': bus.eventBusArn } },
      }),
    );
    if (logs) this.#log(bus, props);
    return bus;
  }

  /** Delivers the bus's error log to a log group; by default EventBridge writes no log. */
  #log(bus: IEventBus, { logRetention: retention, encryptionKey }: CallEventBusProps): void {
    // These names must be unique in the region: the construct's address makes them so.
    const name = this.node.addr.slice(-12);
    // Groups under this prefix need no resource policy of their own, of which a region has ten: CloudWatch Logs keeps one
    // for all of them.
    const logGroupName = `/aws/vendedlogs/${Stack.of(this).stackName}/call-events-${name}`;
    const group = logGroup(this, 'Log', { logGroupName, retention, encryptionKey });
    const source = new CfnDeliverySource(this, 'LogSource', {
      name: `call-events-${name}`,
      logType: 'ERROR_LOGS',
      resourceArn: bus.eventBusArn,
    });
    const destination = new CfnDeliveryDestination(this, 'LogDestination', {
      name: `call-events-${name}`,
      destinationResourceArn: group.logGroupArn,
    });
    const delivery = new CfnDelivery(this, 'LogDelivery', {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.attrArn,
    });
    delivery.addResourceDependency(source);
  }
}
