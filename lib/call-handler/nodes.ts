import { readCaFile } from '../ari/ca-file.ts';
import { type AriClient, createAriClient } from '../ari/client.ts';
import { httpTransport } from '../ari/http-transport.ts';
import { type AriNodeWithSecret, readNodes } from '../ari/node.ts';
import type { NodesEnvironment } from '../ari/nodes-file.ts';
import { secretsManagerCredentials } from './credentials.ts';

/**
 * Finds the ARI client of a node by `metadata.node`. Reads the nodes as the CDK app writes them: from the file that
 * `ARI_NODES_FILE` names, or from `ARI_NODES`. Clients live as long as the function's environment does.
 *
 * @throws when the nodes are invalid, when none has that name, or when one names a `caFile` that cannot be read.
 */
export function nodeClients(
  environment: NodesEnvironment = process.env as NodesEnvironment,
): (node: string) => AriClient {
  const clients = new Map<string, AriClient>();
  let nodes: AriNodeWithSecret[] | undefined;
  return (name) => {
    nodes ??= readNodes(environment);
    let client = clients.get(name);
    if (!client) {
      const node = nodes.find((candidate) => candidate.name === name);
      if (!node) {
        const known = nodes.map((candidate) => candidate.name).join(', ');
        throw new Error(`The event came from node "${name}", but the nodes of this function are: ${known}`);
      }
      const ca = readCaFile(node);
      const credentials = secretsManagerCredentials(node.secretId);
      client = createAriClient(httpTransport({ url: node.url, credentials, ca }));
      clients.set(name, client);
    }
    return client;
  };
}
