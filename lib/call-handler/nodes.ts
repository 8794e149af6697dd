import { readCaFile } from '../ari/ca-file.ts';
import { type AriClient, createAriClient } from '../ari/client.ts';
import { httpTransport } from '../ari/http-transport.ts';
import { type AriNodeWithSecret, parseNodes } from '../ari/node.ts';
import { secretsManagerCredentials } from './credentials.ts';

/**
 * Finds the ARI client of a node by `metadata.node`. Reads the nodes from `ARI_NODES`, as the CDK app writes
 * them; clients live as long as the function's environment does.
 *
 * @throws when `ARI_NODES` is invalid, has no node of that name, or names a `caFile` that cannot be read.
 */
export function nodeClients(environment: { ARI_NODES?: string } = process.env): (node: string) => AriClient {
  const clients = new Map<string, AriClient>();
  let nodes: AriNodeWithSecret[] | undefined;
  return (name) => {
    nodes ??= parseNodes(environment.ARI_NODES);
    let client = clients.get(name);
    if (!client) {
      const node = nodes.find((candidate) => candidate.name === name);
      if (!node) {
        const known = nodes.map((candidate) => candidate.name).join(', ');
        throw new Error(`The event came from node "${name}", but ARI_NODES of this function lists: ${known}`);
      }
      const ca = readCaFile(node);
      const credentials = secretsManagerCredentials(node.secretId);
      client = createAriClient(httpTransport({ url: node.url, credentials, ca }));
      clients.set(name, client);
    }
    return client;
  };
}
