import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Installs cfn-lint, before the suite. */
export function setup(): void {
  const { status } = spawnSync(fileURLToPath(new URL('install-cfn-lint.sh', import.meta.url)), { stdio: 'inherit' });
  if (status !== 0) throw new Error(`install-cfn-lint.sh ended with ${status}`);
}
