import { Token } from 'aws-cdk-lib';
import type { NodeUser } from './node-user.ts';

/**
 * Applications that no node has: the rule would never match.
 *
 * @param what names the construct: `CallHandler IntroIvr`
 */
export function applicationFaults(what: string, asked: readonly unknown[], nodes: readonly NodeUser[]): string[] {
  if (nodes.length === 0) return [];
  const known = new Set<unknown>(nodes.flatMap(({ ariNode }) => ariNode.apps));
  const unknown = asked.filter((name) => typeof name === 'string' && !Token.isUnresolved(name) && !known.has(name));
  if (unknown.length === 0) return [];
  const list = (names: Iterable<unknown>): string => [...names].map((name) => JSON.stringify(name)).join(', ');
  const [applications, them] = unknown.length === 1 ? ['application', 'it'] : ['applications', 'them'];
  return [
    `${what}: the pattern asks for the ${applications} ${list(unknown)}, but no node has ${them}; ` +
      `the nodes have ${list(known)}. Correct the name, or add it to \`apps\` of a node`,
  ];
}
