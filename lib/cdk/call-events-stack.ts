import { Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { AriNode } from '../ari/node.ts';
import { NodeCredentials } from './node-credentials.ts';

export interface CallEventsStackProps extends StackProps {
  /** The Asterisk servers whose calls are handled. */
  nodes: readonly AriNode[];
}

/** The bus that call events travel on, and the nodes' credentials. Call handlers are added to it. */
export class CallEventsStack extends Stack {
  // As its interface: the classes of aws-cdk-lib do not fit their own interfaces under exactOptionalPropertyTypes.
  readonly bus: IEventBus;
  readonly nodes: readonly NodeCredentials[];

  constructor(scope: Construct, id: string, { nodes, ...props }: CallEventsStackProps) {
    super(scope, id, props);
    this.bus = new EventBus(this, 'Bus', {
      description: 'Call events of Asterisk, from its REST interface (ARI)',
    }) as IEventBus;
    this.nodes = nodes.map((node) => new NodeCredentials(this, `Node-${node.name}`, { node }));
  }
}
