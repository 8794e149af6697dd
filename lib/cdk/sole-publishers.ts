import { CfnResource } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { CALL_EVENT_SOURCE, CONNECTOR_SOURCE } from '../events/entry.ts';

export interface SolePublishersProps {
  /** The bus of call events. */
  bus: IEventBus;
  /** ARNs of the roles that put call events on the bus. Use one construct per bus: two would deny each other's roles. */
  roleArns: readonly string[];
}

/**
 * Denies every role but the named ones to put events with Asterisk's sources on the bus, even if IAM allows it. With a
 * forged `StasisStart` an attacker could make handlers command calls.
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
        // For IAM `events:source` is a list. A service, which has no `aws:PrincipalArn`, is denied too.
        'ForAnyValue:StringEquals': { 'events:source': [CALL_EVENT_SOURCE, CONNECTOR_SOURCE] },
        ArnNotEquals: { 'aws:PrincipalArn': [...roleArns] },
      },
    });
    // CDK's own class for the policy warns about a deprecated property that it uses itself.
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
