import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Installs Chromium before the suite, unless `CHROMIUM` names one. */
export function setup(): void {
  if (process.env.CHROMIUM) return;
  const script = fileURLToPath(new URL('./install-chromium.sh', import.meta.url));
  const { status } = spawnSync(script, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`install-chromium.sh failed with status ${status}`);
}
