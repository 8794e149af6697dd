import { readCaFile } from '../ari/ca-file.ts';
import { type AriClient, createAriClient } from '../ari/client.ts';
import { httpTransport } from '../ari/http-transport.ts';
import { type AriNodeWithSecret, readNodes } from '../ari/node.ts';
import type { NodesEnvironment } from '../ari/nodes-file.ts';
import type { AwsEnvironment } from '../aws/endpoint.ts';
import { secretsManagerCredentials } from './credentials.ts';

/** Nodes whose secrets a new environment reads before the first event: a function with more needs few of them. */
const MAX_PREPARED = 2;

/**
 * Finds the ARI client of a node by `metadata.node`. Reads the nodes as the CDK app writes them: from the file that
 * `ARI_NODES_FILE` names, or from `ARI_NODES`. Clients live as long as the function's environment does.
 *
 * While Lambda initializes a new environment for an event, the secret is read already and a connection to Asterisk is opened,
 * where the function has one node or two: the caller waits for neither.
 *
 * @throws when the nodes are invalid, when none has that name, or when one names a `caFile` that cannot be read.
 */
export function nodeClients(
  environment: NodesEnvironment & AwsEnvironment = process.env as NodesEnvironment & AwsEnvironment,
): (node: string) => AriClient {
  const clients = new Map<string, AriClient>();
  let nodes: AriNodeWithSecret[] | undefined;
  const clientOf = (name: string): AriClient => {
    nodes ??= readNodes(environment);
    let client = clients.get(name);
    if (!client) {
      const node = nodes.find((candidate) => candidate.name === name);
      if (!node) {
        const known = nodes.map((candidate) => candidate.name).join(', ');
        throw new Error(`The event came from node "${name}", but the nodes of this function are: ${known}`);
      }
      const ca = readCaFile(node);
      const credentials = secretsManagerCredentials(node.secretId, environment);
      client = createAriClient(httpTransport({ url: node.url, credentials, ca }));
      clients.set(name, client);
    }
    return client;
  };
  // An environment that is provisioned is frozen until an event comes, which no request outlives.
  if (environment.AWS_LAMBDA_INITIALIZATION_TYPE === 'on-demand') prepare();
  return clientOf;

  function prepare(): void {
    try {
      nodes = readNodes(environment);
      if (nodes.length > MAX_PREPARED) return;
      // What fails now fails again at the first command, which says so.
      for (const { name } of nodes)
        clientOf(name)
          .asterisk.ping()
          .catch(() => {});
    } catch {
      nodes = undefined;
    }
  }
}
