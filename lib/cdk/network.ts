import { CfnOutput } from 'aws-cdk-lib';
import {
  CfnEIP,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  NatProvider,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { logGroup } from './log-group.ts';

const GATEWAYS = [
  ['S3', GatewayVpcEndpointAwsService.S3],
  ['DynamoDb', GatewayVpcEndpointAwsService.DYNAMODB],
] as const;

/** An existing VPC, described in full: nothing is looked up. */
export interface ExistingVpc {
  /** `vpc-…` */
  vpcId: string;
  /** Those of `subnetIds`, in the same order: `["eu-west-1a", "eu-west-1b"]`. */
  availabilityZones: string[];
  /** The same number for each availability zone. */
  subnetIds: string[];
  /** IPv4 addresses of the resolvers that its DHCP options name. @default Amazon's */
  resolvers?: string[];
  /** Whether the subnets reach the internet with public addresses, without NAT. @default false */
  public?: boolean;
}

export interface NetworkProps {
  /** An existing VPC. @default a new one */
  existing?: ExistingVpc | undefined;
  /**
   * For a new VPC: whether everything leaves by one fixed address, which Asterisk can allow as the only one. The VPC then
   * has private subnets and one NAT gateway, also for an Asterisk that is reached by private addresses, over VPN, Direct
   * Connect or peering that you attach; otherwise public subnets only, which cost nothing.
   * @default false
   */
  fixedAddress?: boolean;
  /** CIDR block of a new VPC; it must not overlap with Asterisk's network. @default 10.0.0.0/16 */
  cidr?: string | undefined;
  /** Encrypts the log of a new VPC; see `CallDataKey`. @default a key that AWS owns */
  encryptionKey?: IKey | undefined;
}

/**
 * The network of the connector, and of handlers that need it: an existing VPC, or a new small one.
 *
 * @example
 * const { vpc, subnets, assignPublicIp } = new Network(this, 'Network');
 * new ConnectorService(this, 'Connector', { vpc, subnets, assignPublicIp, bus, nodes: [user] });
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /** Of an existing VPC; `undefined` where names are resolved by Amazon. */
  readonly resolvers: readonly string[] | undefined;
  /** Whether tasks in the subnets need a public address to reach the internet. */
  readonly assignPublicIp: boolean;
  /** The fixed address by which a new VPC's traffic leaves; also the output `EgressAddress`. */
  readonly egressAddress: string | undefined;

  constructor(scope: Construct, id: string, props: NetworkProps = {}) {
    super(scope, id);
    this.resolvers = props.existing?.resolvers;
    this.assignPublicIp = props.existing ? (props.existing.public ?? false) : !props.fixedAddress;
    this.subnets = { subnetType: this.assignPublicIp ? SubnetType.PUBLIC : SubnetType.PRIVATE_WITH_EGRESS };
    const address = props.existing || this.assignPublicIp ? undefined : this.#address();
    this.egressAddress = address?.ref;
    this.vpc = props.existing ? this.#import(props.existing) : this.#make(props, address);
  }

  #import({ vpcId, availabilityZones, subnetIds }: ExistingVpc): IVpc {
    const subnets = this.assignPublicIp ? { publicSubnetIds: subnetIds } : { privateSubnetIds: subnetIds };
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones, ...subnets });
    for (const subnet of [...vpc.publicSubnets, ...vpc.privateSubnets]) {
      acknowledge(subnet, {
        'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId':
          'This stack neither reads nor changes the routes of the VPC.',
      });
    }
    return vpc;
  }

  /** An address of its own, as that of a NAT gateway would change with the gateway. */
  #address(): CfnEIP {
    const address = new CfnEIP(this, 'EgressAddress', { domain: 'vpc' });
    const description = 'The address that Asterisk and its firewall have to allow, and no other';
    new CfnOutput(this, 'EgressAddressOutput', { description, value: address.ref });
    return address;
  }

  #make({ cidr, encryptionKey }: NetworkProps, address: CfnEIP | undefined): IVpc {
    const vpc = new Vpc(this, 'Vpc', {
      ...(cidr !== undefined && { ipAddresses: IpAddresses.cidr(cidr) }),
      maxAzs: 2,
      natGateways: address ? 1 : 0,
      ...(address && { natGatewayProvider: NatProvider.gateway({ eipAllocationIds: [address.attrAllocationId] }) }),
      // Nothing uses the default group; emptying it would need a Lambda function.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        // The task requests its public address itself; nothing else gets one by default.
        { name: 'Public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        ...(this.assignPublicIp ? [] : [{ name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS }]),
      ],
    });
    // Free, unlike the NAT gateway: the layers of the image come from S3, and tables are reached without leaving AWS.
    if (address) for (const [name, service] of GATEWAYS) vpc.addGatewayEndpoint(name, { service });
    vpc.addFlowLog('Rejected', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(logGroup(this, 'Rejected', { encryptionKey })),
    });
    return vpc as IVpc;
  }
}
