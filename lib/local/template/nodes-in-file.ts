import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The environment with the nodes of its file in `ARI_NODES`, which takes precedence: local mode changes their addresses.
 *
 * @param folder where the file is: that of a function's code, or of an image
 */
export function withNodesOfFile(environment: Record<string, string>, folder: string): Record<string, string> {
  const { ARI_NODES, ARI_NODES_FILE } = environment;
  if (ARI_NODES || !ARI_NODES_FILE) return environment;
  const path = join(folder, ARI_NODES_FILE);
  // Without it the function or the connector says itself what it misses.
  return existsSync(path) ? { ...environment, ARI_NODES: readFileSync(path, 'utf8') } : environment;
}
