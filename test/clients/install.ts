import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Installs the clients, before the suite. */
export function setup(): void {
  const { status } = spawnSync(fileURLToPath(new URL('install-clients.sh', import.meta.url)), { stdio: 'inherit' });
  if (status !== 0) throw new Error(`install-clients.sh ended with ${status}`);
}
