import { join } from 'node:path';
import { type AriNode, userSecretId } from '../lib/ari/node.ts';
import { isJsonObject } from '../lib/json.ts';
import { readJsonFile } from '../lib/json-file.ts';
import type { NodeSecretIds } from './node-secrets.ts';

/**
 * The nodes that cdk.json names.
 *
 * @param root the folder with cdk.json
 * @throws Error naming the file, where it is missing or has another form
 */
export async function configuredNodes(root: string): Promise<AriNode[]> {
  const { path, context } = await contextOf(root);
  const nodes = isJsonObject(context) ? (context.nodes ?? []) : undefined;
  if (Array.isArray(nodes)) return nodes as AriNode[];
  throw new Error(`${path}: expected \`context\` to be an object, with \`nodes\` as a list of Asterisk servers`);
}

/**
 * The secrets of a node's users, by the `stage` that cdk.json names, or by the node's own `secrets`.
 *
 * @param root the folder with cdk.json
 * @throws Error naming the file, where it is missing
 */
export async function configuredSecrets(root: string, node: AriNode): Promise<NodeSecretIds> {
  const { context } = await contextOf(root);
  const stage = isJsonObject(context) && typeof context.stage === 'string' ? context.stage : undefined;
  return { connector: userSecretId(node, 'connector', stage), handlers: userSecretId(node, 'handlers', stage) };
}

/** The context of cdk.json. @throws Error naming the file, where it is missing */
export async function contextOf(root: string): Promise<{ path: string; context: unknown }> {
  const path = join(root, 'cdk.json');
  const file = await readJsonFile(path);
  if (!file) {
    throw new Error(
      `${path}: expected this file, found none; run the command in the folder of the app, or make one with init`,
    );
  }
  const { context = {} } = file;
  return { path, context };
}
