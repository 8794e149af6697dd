import { type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { AriNode } from '../ari/node.ts';

const DNS_PORT = 53;

/** The port of a node's ARI. */
export function portOf({ url }: AriNode): number {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/**
 * A security group without inbound rules, and with only the outbound ones needed: HTTPS to AWS, and the nodes' ARI.
 *
 * @param resolvers IP addresses of the VPC's own resolvers of names. Security groups do not filter traffic to Amazon's.
 */
export function egressOnly(
  scope: Construct,
  id: string,
  vpc: IVpc,
  nodes: readonly AriNode[],
  resolvers: readonly string[] = [],
): SecurityGroup {
  const group = new SecurityGroup(scope, id, {
    vpc,
    allowAllOutbound: false,
    description: 'No inbound traffic; outbound to AWS and ARI',
  });
  for (const port of new Set([443, ...nodes.map(portOf)])) {
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), port === 443 ? 'AWS' : 'ARI');
  }
  for (const address of resolvers) {
    for (const port of [Port.udp(DNS_PORT), Port.tcp(DNS_PORT)])
      group.addEgressRule(Peer.ipv4(`${address}/32`), port, 'DNS');
  }
  return group;
}
