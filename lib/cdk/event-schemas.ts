import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { Construct } from 'constructs';
import { eventSchemas } from '../events/event-schema.ts';

export interface EventSchemasProps {
  /** The registry's name, unique in an account and region. @default `ari-eventbridge` */
  registryName?: string;
}

/**
 * The schemas of all event types in EventBridge's schema registry: other teams get types for their language from there
 * (`aws schemas get-code-binding-source`).
 *
 * @example
 * new EventSchemas(this, 'Schemas');
 */
export class EventSchemas extends Construct {
  readonly registry: CfnRegistry;

  constructor(scope: Construct, id: string, { registryName = 'ari-eventbridge' }: EventSchemasProps = {}) {
    super(scope, id);
    this.registry = new CfnRegistry(this, 'Registry', {
      registryName,
      description: 'Call events of Asterisk, and events of the connector',
    });
    for (const { name, source, detailType, content } of eventSchemas()) {
      new CfnSchema(this, name.replace(/\W/g, '-'), {
        registryName: this.registry.attrRegistryName,
        schemaName: name,
        type: 'OpenApi3',
        description: `${detailType} of ${source}`,
        content: JSON.stringify(content),
      });
    }
  }
}
