import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AriNode } from '../lib/ari/node.ts';

/** The nodes that cdk.json names. */
export async function configuredNodes(root: string): Promise<AriNode[]> {
  const { context } = JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8')) as { context?: { nodes?: AriNode[] } };
  return context?.nodes ?? [];
}
