import type { AriNodeWithSecret } from '../ari/node.ts';
import type { LocalDeployment } from './template/index.ts';

/** Where an Asterisk server is reached instead of the address in the templates. */
export interface NodeAddress {
  url: string;
  /** @default false */
  allowPlainHttp?: boolean | undefined;
}

/** The nodes of an environment's `ARI_NODES`. */
export function nodesOf({ ARI_NODES }: Record<string, string>): AriNodeWithSecret[] {
  return ARI_NODES === undefined ? [] : (JSON.parse(ARI_NODES) as AriNodeWithSecret[]);
}

/**
 * The deployment with other addresses of its nodes, in whatever way the nodes came into the templates.
 *
 * Where two nodes have one address, the connector connects each application once: a second WebSocket for an application
 * would take it over from the first.
 *
 * @param addressOf by the node's name; `undefined` where the node keeps its own
 */
export function withAddresses(
  deployment: LocalDeployment,
  addressOf: (node: string) => NodeAddress | undefined,
): LocalDeployment {
  const placed = (environment: Record<string, string>, change: (nodes: AriNodeWithSecret[]) => AriNodeWithSecret[]) =>
    environment.ARI_NODES === undefined
      ? environment
      : { ...environment, ARI_NODES: JSON.stringify(change(nodesOf(environment).map(at(addressOf)))) };
  return {
    ...deployment,
    functions: deployment.functions.map((fn) => ({ ...fn, environment: placed(fn.environment, (nodes) => nodes) })),
    containers: deployment.containers.map((container) => ({
      ...container,
      environment: placed(container.environment, eachAppOnce(addressOf)),
    })),
  };
}

function at(addressOf: (node: string) => NodeAddress | undefined) {
  return (node: AriNodeWithSecret): AriNodeWithSecret => {
    const address = addressOf(node.name);
    if (!address) return node;
    const { url: _, allowPlainHttp: __, ...rest } = node;
    return { ...rest, url: address.url, ...(address.allowPlainHttp && { allowPlainHttp: true }) };
  };
}

function eachAppOnce(addressOf: (node: string) => NodeAddress | undefined) {
  return (nodes: AriNodeWithSecret[]): AriNodeWithSecret[] => {
    const seen = new Set<string>();
    return nodes.flatMap((node) => {
      if (!addressOf(node.name)) return [node];
      const apps = node.apps.filter((app) => !seen.has(`${node.url} ${app}`));
      for (const app of apps) seen.add(`${node.url} ${app}`);
      return apps.length > 0 ? [{ ...node, apps }] : [];
    });
  };
}
