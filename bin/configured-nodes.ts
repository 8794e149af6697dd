import { join } from 'node:path';
import type { AriNode } from '../lib/ari/node.ts';
import { isJsonObject } from '../lib/json.ts';
import { readJsonFile } from '../lib/json-file.ts';

/**
 * The nodes that cdk.json names.
 *
 * @param root the folder with cdk.json
 * @throws Error naming the file, where it is missing or has another form
 */
export async function configuredNodes(root: string): Promise<AriNode[]> {
  const path = join(root, 'cdk.json');
  const file = await readJsonFile(path);
  if (!file) {
    throw new Error(
      `${path}: expected this file, found none; run the command in the folder of the app, or make one with init`,
    );
  }
  const { context = {} } = file;
  const nodes = isJsonObject(context) ? (context.nodes ?? []) : undefined;
  if (Array.isArray(nodes)) return nodes as AriNode[];
  throw new Error(`${path}: expected \`context\` to be an object, with \`nodes\` as a list of Asterisk servers`);
}
