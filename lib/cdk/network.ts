import {
  FlowLogDestination,
  FlowLogTrafficType,
  IpAddresses,
  type IVpc,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { logGroup } from './log-group.ts';

/** A VPC that exists, by what is known of it: nothing is looked up. */
export interface ExistingVpc {
  /** `vpc-…` */
  vpcId: string;
  /** Those of `subnetIds`, in the same order: `["eu-west-1a", "eu-west-1b"]`. */
  availabilityZones: string[];
  /** As many for each availability zone. */
  subnetIds: string[];
  /** Whether the subnets reach the internet by public addresses, without NAT. @default false */
  public?: boolean;
}

export interface NetworkProps {
  /** A VPC that exists. @default one is made */
  existing?: ExistingVpc | undefined;
  /**
   * Of a VPC that is made: whether Asterisk is reached by private addresses, over VPN, Direct Connect or peering that you
   * attach to it. Then it has private subnets and one NAT gateway; else public ones only, and costs nothing.
   * @default false
   */
  private?: boolean;
  /** Of a VPC that is made; keep it apart from the network that Asterisk is in. @default 10.0.0.0/16 */
  cidr?: string | undefined;
  /** Encrypts the log of a VPC that is made; see `CallDataKey`. @default a key that AWS owns */
  encryptionKey?: IKey | undefined;
}

/**
 * Where the connector runs, and handlers that have to: a VPC that exists, or a small one of its own.
 *
 * @example
 * const { vpc, subnets, assignPublicIp } = new Network(this, 'Network');
 * new ConnectorService(this, 'Connector', { vpc, subnets, assignPublicIp, bus, nodes: [user] });
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /** Whether what runs in the subnets needs a public address to reach anything. */
  readonly assignPublicIp: boolean;

  constructor(scope: Construct, id: string, props: NetworkProps = {}) {
    super(scope, id);
    this.assignPublicIp = props.existing ? (props.existing.public ?? false) : !props.private;
    this.subnets = { subnetType: this.assignPublicIp ? SubnetType.PUBLIC : SubnetType.PRIVATE_WITH_EGRESS };
    this.vpc = props.existing ? this.#import(props.existing) : this.#make(props);
  }

  #import({ vpcId, availabilityZones, subnetIds }: ExistingVpc): IVpc {
    const subnets = this.assignPublicIp ? { publicSubnetIds: subnetIds } : { privateSubnetIds: subnetIds };
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones, ...subnets });
    for (const subnet of [...vpc.publicSubnets, ...vpc.privateSubnets]) {
      acknowledge(subnet, {
        'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId':
          'Nothing here looks at, or changes, the routes of the VPC.',
      });
    }
    return vpc;
  }

  #make({ cidr, encryptionKey }: NetworkProps): IVpc {
    const vpc = new Vpc(this, 'Vpc', {
      ...(cidr !== undefined && { ipAddresses: IpAddresses.cidr(cidr) }),
      maxAzs: 2,
      natGateways: this.assignPublicIp ? 0 : 1,
      // Nothing is ever put into the default group; emptying it would take a function of its own.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        // The task's own address is asked for by the task; nothing else gets one unasked.
        { name: 'Public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        ...(this.assignPublicIp ? [] : [{ name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS }]),
      ],
    });
    vpc.addFlowLog('Rejected', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(logGroup(this, 'Rejected', { encryptionKey })),
    });
    return vpc as IVpc;
  }
}
