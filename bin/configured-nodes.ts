import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AriNode } from '../lib/ari/node.ts';

/**
 * The nodes that cdk.json names.
 *
 * @param root the folder with cdk.json
 * @throws Error naming the file, where it is missing or has another form
 */
export async function configuredNodes(root: string): Promise<AriNode[]> {
  const path = join(root, 'cdk.json');
  const { context } = objectIn(await textOf(path), path);
  if (context === undefined) return [];
  const nodes = isObject(context) ? (context.nodes ?? []) : undefined;
  if (!Array.isArray(nodes)) {
    throw new Error(`${path}: expected \`context\` to be an object, with \`nodes\` as a list of Asterisk servers`);
  }
  return nodes as AriNode[];
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new Error(`${path} cannot be read: ${message}`);
    throw new Error(
      `${path}: expected this file, found none; run the command in the folder of the app, or make one with init`,
    );
  }
}

function objectIn(text: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: expected JSON: ${(error as Error).message}`);
  }
  if (isObject(value)) return value;
  throw new Error(`${path}: expected a JSON object, got ${text.trim().slice(0, 20)}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
