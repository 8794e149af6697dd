import { Stack, type StackProps } from 'aws-cdk-lib';
import { type IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { ConnectorService } from './connector-service.ts';
import type { NodeCredentials } from './node-credentials.ts';

export interface ConnectorStackProps extends StackProps {
  /** The bus that call events travel on. */
  bus: IEventBus;
  /** The Asterisk servers to listen to. */
  nodes: readonly NodeCredentials[];
}

/** The connector, in a network of its own without NAT. Apart from the handlers, which deploy where no Docker is. */
export class ConnectorStack extends Stack {
  readonly connector: ConnectorService;

  constructor(scope: Construct, id: string, { bus, nodes, ...props }: ConnectorStackProps) {
    super(scope, id, props);
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      // Nothing is ever put into the default group; emptying it would take a function of its own.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: 'Public', subnetType: SubnetType.PUBLIC }],
    }) as IVpc;
    this.connector = new ConnectorService(this, 'Connector', { vpc, bus, nodes, assignPublicIp: true });
  }
}
