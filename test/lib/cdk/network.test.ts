import { expect, test } from 'vitest';
import { egressOnly } from '../../../lib/cdk/egress.ts';
import { Network } from '../../../lib/cdk/network.ts';
import { NODE, only, templateOf } from '../../support/template-of.ts';

test('a network for a public Asterisk has no running costs: no NAT, and public addresses only on request', () => {
  const template = templateOf((stack) => {
    expect(new Network(stack, 'Network').assignPublicIp).toBe(true);
  });
  template.resourceCountIs('AWS::EC2::NatGateway', 0);
  for (const { Properties } of Object.values(template.findResources('AWS::EC2::Subnet'))) {
    expect(Properties.MapPublicIpOnLaunch ?? false).toBe(false);
  }
});

test('a network with a fixed address has private subnets, whose traffic leaves by that address, an output', () => {
  const template = templateOf((stack) => {
    const network = new Network(stack, 'Network', { fixedAddress: true, cidr: '10.42.0.0/16' });
    expect(network.assignPublicIp).toBe(false);
    expect(network.vpc.selectSubnets(network.subnets).subnetIds).toHaveLength(2);
  });
  const [[address] = ['']] = Object.entries(template.findResources('AWS::EC2::EIP'));
  expect(only(template, 'AWS::EC2::NatGateway').AllocationId).toEqual({ 'Fn::GetAtt': [address, 'AllocationId'] });
  const [[output, { Value } = { Value: undefined }] = ['']] = Object.entries(template.findOutputs('*'));
  expect(output).toContain('EgressAddress');
  expect(Value).toEqual({ Ref: address });
  expect(only(template, 'AWS::EC2::VPC').CidrBlock).toBe('10.42.0.0/16');
});

test('in a network with a fixed address, S3 and DynamoDB are reached by free gateways, and not through the NAT gateway', () => {
  const template = templateOf((stack) => new Network(stack, 'Network', { fixedAddress: true }));
  const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) => Properties);
  expect(endpoints.map(({ ServiceName }) => ServiceName['Fn::Join'][1].at(-1)).toSorted()).toEqual([
    '.dynamodb',
    '.s3',
  ]);
  const routes = Object.values(template.findResources('AWS::EC2::Route')).filter(
    ({ Properties }) => Properties.NatGatewayId,
  );
  for (const { VpcEndpointType = 'Gateway', RouteTableIds } of endpoints) {
    expect(VpcEndpointType).toBe('Gateway');
    for (const { Properties } of routes) expect(RouteTableIds).toContainEqual(Properties.RouteTableId);
  }
  templateOf((stack) => new Network(stack, 'Network')).resourceCountIs('AWS::EC2::VPCEndpoint', 0);
});

test('connections that a network refuses are logged', () => {
  const template = templateOf((stack) => new Network(stack, 'Network'));
  expect(only(template, 'AWS::EC2::FlowLog')).toMatchObject({ TrafficType: 'REJECT', ResourceType: 'VPC' });
});

test.each([false, true])('an existing network is used unchanged, public: %j', (isPublic) => {
  const template = templateOf((stack) => {
    const network = new Network(stack, 'Network', {
      existing: {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['eu-west-1a', 'eu-west-1b'],
        subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        public: isPublic,
      },
    });
    expect(network.assignPublicIp).toBe(isPublic);
    expect(network.vpc.vpcId).toBe('vpc-0123456789abcdef0');
    expect(network.vpc.selectSubnets(network.subnets).subnetIds).toEqual([
      'subnet-0123456789abcdef0',
      'subnet-0123456789abcdef1',
    ]);
  });
  expect(template.toJSON().Resources).toBeUndefined();
});

test('what a VPC’s own resolvers of names need is let out to them, and to no other', () => {
  const rules = (resolvers?: string[]) => {
    const template = templateOf((stack) => {
      const { vpc } = new Network(stack, 'Network');
      egressOnly(stack, 'Group', vpc, [NODE], resolvers);
    });
    return only(template, 'AWS::EC2::SecurityGroup').SecurityGroupEgress as Record<string, unknown>[];
  };
  const dns = rules(['10.0.0.53']).filter(({ FromPort }) => FromPort === 53);
  expect(dns.map(({ CidrIp, IpProtocol }) => `${IpProtocol} ${CidrIp}`)).toEqual([
    'udp 10.0.0.53/32',
    'tcp 10.0.0.53/32',
  ]);
  expect(rules().filter(({ FromPort }) => FromPort === 53)).toEqual([]);
});
