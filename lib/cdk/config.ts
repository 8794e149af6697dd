import type { Construct } from 'constructs';
import { type AriNode, nodeFaults } from '../ari/node.ts';

/**
 * Reads the Asterisk servers from the context key `nodes`: from cdk.json, or as JSON from `--context nodes=…`.
 *
 * @throws with every fault, each saying what was expected and what came
 */
export function readNodes(scope: Construct): AriNode[] {
  const given: unknown = scope.node.tryGetContext('nodes');
  let nodes = given;
  if (typeof given === 'string') {
    try {
      nodes = JSON.parse(given);
    } catch {
      throw new Error(
        'The context key `nodes` was given as text: expected it to be JSON, a list of { name, url, apps }',
      );
    }
  }
  const faults = nodeFaults(nodes);
  if (faults.length > 0) {
    throw new Error(
      `The context key \`nodes\` (cdk.json) cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
  }
  return nodes as AriNode[];
}
