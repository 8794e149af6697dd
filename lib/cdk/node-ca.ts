import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AriNode } from '../ari/node.ts';

/** Beside a function's code and in the connector's working directory. */
export const CA_FOLDER = 'node-ca';

/** Where the certificates of the node's private CA are at run time, relative to the code; nothing where it has none. */
export function caPathOf({ name, caFile }: AriNode): { caFile?: string } {
  return caFile === undefined ? {} : { caFile: `${CA_FOLDER}/${name}.pem` };
}

/**
 * Which file is to be copied where, for nodes with a private CA: from the working directory, where cdk.json is, to
 * beside the code.
 *
 * @throws where a file is not there, naming the node
 */
export function caCopies(nodes: readonly AriNode[]): { from: string; to: string }[] {
  return nodes.flatMap((node) => {
    const { caFile: to } = caPathOf(node);
    if (node.caFile === undefined || to === undefined) return [];
    const from = resolve(node.caFile);
    if (!existsSync(from)) {
      throw new Error(
        `node "${node.name}": expected \`caFile\` to name a file, relative to cdk.json; there is no ${from}`,
      );
    }
    return [{ from, to }];
  });
}

/** The copies as commands for `bundling.commandHooks`: Node's own, which is the same on every system. */
export function caCommands(nodes: readonly AriNode[], folder: string): string[] {
  const text = (path: string): string => `'${path.replaceAll('\\', '/').replaceAll("'", "\\'")}'`;
  return caCopies(nodes).map(
    ({ from, to }) => `node -e "require('node:fs').cpSync(${text(from)}, ${text(`${folder}/${to}`)})"`,
  );
}
