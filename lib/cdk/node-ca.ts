import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AriNode } from '../ari/node.ts';

/** A folder next to a function's code, and in the connector's working directory. */
export const CA_FOLDER = 'node-ca';

/** The path of the node's private CA at run time, relative to the code; empty where the node has none. */
export function caPathOf({ name, caFile }: AriNode): { caFile?: string } {
  return caFile === undefined ? {} : { caFile: `${CA_FOLDER}/${name}.pem` };
}

/**
 * The files to copy for nodes with a private CA: from the working directory, where cdk.json is, to the code's folder.
 *
 * @throws naming the node, where a file does not exist
 */
export function caCopies(nodes: readonly AriNode[]): { from: string; to: string }[] {
  return nodes.flatMap((node) => {
    const { caFile: to } = caPathOf(node);
    if (node.caFile === undefined || to === undefined) return [];
    const from = resolve(node.caFile);
    if (!existsSync(from)) {
      throw new Error(
        `node "${node.name}": expected \`caFile\` to be the path of a file, relative to cdk.json; ${from} does not exist`,
      );
    }
    return [{ from, to }];
  });
}

/** The copies as commands for `bundling.commandHooks`; they use Node, which works on every operating system. */
export function caCommands(nodes: readonly AriNode[], folder: string): string[] {
  const text = (path: string): string => `'${path.replaceAll('\\', '/').replaceAll("'", "\\'")}'`;
  return caCopies(nodes).map(
    ({ from, to }) => `node -e "require('node:fs').cpSync(${text(from)}, ${text(`${folder}/${to}`)})"`,
  );
}
