import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Installs podman before the suite. */
export function setup(): void {
  const script = fileURLToPath(new URL('./install-podman.sh', import.meta.url));
  const { status } = spawnSync(script, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`install-podman.sh failed with status ${status}`);
}
