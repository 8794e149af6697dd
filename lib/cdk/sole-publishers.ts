import { CfnResource } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { CALL_EVENT_SOURCE, CONNECTOR_SOURCE } from '../events/entry.ts';

export interface SolePublishersProps {
  /** The bus that call events travel on. */
  bus: IEventBus;
  /** ARNs of the roles that put call events on the bus. One such construct a bus: two would shut out each other's. */
  roleArns: readonly string[];
}

/**
 * Lets nobody but the roles named put events on the bus that claim to come from Asterisk, whatever IAM permits. A forged
 * `StasisStart` would have handlers command calls.
 *
 * @example
 * const { taskRole } = connector.service.taskDefinition;
 * new SolePublishers(this, 'Publishers', { bus, roleArns: [taskRole.roleArn] });
 */
export class SolePublishers extends Construct {
  constructor(scope: Construct, id: string, { bus, roleArns }: SolePublishersProps) {
    super(scope, id);
    const statement = new PolicyStatement({
      sid: 'SolePublishers',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['events:PutEvents'],
      resources: [bus.eventBusArn],
      conditions: {
        // `events:source` is a list to IAM. A caller without `aws:PrincipalArn`, a service, is denied too.
        'ForAnyValue:StringEquals': { 'events:source': [CALL_EVENT_SOURCE, CONNECTOR_SOURCE] },
        ArnNotEquals: { 'aws:PrincipalArn': [...roleArns] },
      },
    });
    // CDK's own class for it warns of a property of its own that it reads.
    new CfnResource(this, 'Policy', {
      type: 'AWS::Events::EventBusPolicy',
      properties: {
        EventBusName: bus.eventBusName,
        StatementId: statement.sid,
        Statement: statement.toStatementJson(),
      },
    });
  }
}
