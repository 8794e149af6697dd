import { type Credentials, parseCredentials } from '../ari/credentials.ts';
import type { Secrets } from './aws/index.ts';
import { nodesOf } from './node-address.ts';
import type { LocalDeployment } from './template/index.ts';

/** The two ARI users of a node. */
export interface NodeUsers {
  node: string;
  connector: Credentials;
  handlers: Credentials;
}

/** The ARI users of each node, with the passwords in their secrets. */
export function usersOf({ containers, functions }: LocalDeployment, secrets: Secrets): NodeUsers[] {
  const [connectors, handlers] = [containers, functions].map(
    (users) =>
      new Map(users.flatMap(({ environment }) => nodesOf(environment)).map(({ name, secretId }) => [name, secretId])),
  ) as [Map<string, string>, Map<string, string>];
  const read = (secretId: string | undefined): Credentials =>
    parseCredentials(String(secretId), secrets.get(String(secretId)));
  return [...new Set([...connectors.keys(), ...handlers.keys()])].map((node) => ({
    node,
    connector: read(connectors.get(node) ?? handlers.get(node)),
    handlers: read(handlers.get(node) ?? connectors.get(node)),
  }));
}

/** Uses a node's existing ARI users instead of generated ones. */
export function useUsers(
  { containers, functions }: LocalDeployment,
  secrets: Secrets,
  { node, connector, handlers }: NodeUsers,
): void {
  for (const [users, credentials] of [
    [containers, connector],
    [functions, handlers],
  ] as const) {
    const own = users.flatMap(({ environment }) => nodesOf(environment)).filter(({ name }) => name === node);
    for (const secretId of new Set(own.map(({ secretId: id }) => id))) {
      secrets.put(secretId, JSON.stringify(credentials));
    }
  }
}
