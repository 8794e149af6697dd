import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { Stack, Token } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { AriNode } from '../ari/node.ts';
import type { NodeUser } from './node-user.ts';

/** A folder next to a function's code, and in the connector's working directory: the nodes and their private CAs. */
export const NODES_FOLDER = 'ari-nodes';
/** The file in it with the nodes, as JSON. */
export const NODES_FILE = `${NODES_FOLDER}/nodes.json`;

/** How the nodes reach a function or the connector. */
export interface DeliveredNodes {
  /** The content of `NODES_FILE`. `undefined` where the variable `ARI_NODES` has the nodes. */
  file: string | undefined;
  /** The variables that lead to them. */
  environment: Record<string, string>;
}

/**
 * Grants reading the users' secrets, and renders the nodes, which name them. They travel in a file, as a function's
 * environment has room for some sixteen; in the variable where a secret's ARN is known only in the deployment, and
 * where the image was built without the file.
 *
 * @param inFile whether files can be added. @default true
 * @param settings whether with the nodes' `appSettings`, which only the connector needs
 */
export function deliverNodes(
  users: readonly NodeUser[],
  grantee: IConstruct & IGrantable,
  { settings, inFile = true }: { settings: boolean; inFile?: boolean },
): DeliveredNodes {
  for (const secret of new Set(users.map((user) => user.secret))) secret.grantRead(grantee);
  const nodes = users.map(({ ariNode: { appSettings, ...node }, secretId }) => ({
    ...node,
    ...(settings && appSettings && { appSettings }),
    ...caPathOf(node),
    secretId,
  }));
  if (!inFile || nodes.some(({ secretId }) => Token.isUnresolved(secretId))) {
    return { file: undefined, environment: { ARI_NODES: Stack.of(grantee).toJsonString(nodes) } };
  }
  return { file: JSON.stringify(nodes), environment: { ARI_NODES_FILE: NODES_FILE } };
}

/** The path of the node's private CA at run time, relative to the code; empty where the node has none. */
function caPathOf({ name, caFile }: AriNode): { caFile?: string } {
  return caFile === undefined ? {} : { caFile: `${NODES_FOLDER}/${name}.pem` };
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

/**
 * Writes the nodes and the copies, as commands for `bundling.commandHooks`; they use Node, which works on every operating
 * system and in the container in which CDK bundles where it is asked to.
 */
export function nodeFileCommands(nodes: readonly AriNode[], { file }: DeliveredNodes, folder: string): string[] {
  const copies = caCopies(nodes).map(
    ({ from, to }) => `node -e "require('node:fs').cpSync(${quoted(from)}, ${quoted(`${folder}/${to}`)})"`,
  );
  if (file === undefined) return copies;
  // Deflated: a command line is limited in size, on Windows to 8,191 characters.
  const packed = deflateRawSync(file).toString('base64');
  const text = `require('node:zlib').inflateRawSync(Buffer.from('${packed}', 'base64'))`;
  const path = quoted(`${folder}/${NODES_FILE}`);
  const write = `const fs = require('node:fs'); fs.mkdirSync(${quoted(`${folder}/${NODES_FOLDER}`)}, { recursive: true }); fs.writeFileSync(${path}, ${text})`;
  return [`node -e "${write}"`, ...copies];
}

/** A path as a string of JavaScript, within double quotes of a shell. */
export function quoted(path: string): string {
  return `'${path.replaceAll('\\', '/').replaceAll("'", "\\'")}'`;
}
