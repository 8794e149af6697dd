import { type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { AriNode } from '../ari/node.ts';

/** The port of a node's ARI. */
export function portOf({ url }: AriNode): number {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** A security group without inbound rules, and with only the outbound ones needed: HTTPS to AWS, and the nodes' ARI. */
export function egressOnly(scope: Construct, id: string, vpc: IVpc, nodes: readonly AriNode[]): SecurityGroup {
  const group = new SecurityGroup(scope, id, {
    vpc,
    allowAllOutbound: false,
    description: 'No inbound traffic; outbound to AWS and ARI',
  });
  for (const port of new Set([443, ...nodes.map(portOf)])) {
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), port === 443 ? 'AWS' : 'ARI');
  }
  return group;
}
