import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { setup as installMiniStack } from '../deploy/install.ts';

/** Fetches the references, before the suite. */
export function setup(): void {
  installMiniStack();
  const { status } = spawnSync(fileURLToPath(new URL('install-ruler.sh', import.meta.url)), { stdio: 'inherit' });
  if (status !== 0) throw new Error(`install-ruler.sh ended with ${status}`);
}
