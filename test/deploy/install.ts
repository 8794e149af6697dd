import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of MiniStack, kept between runs. */
export const MINISTACK_ROOT = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'ari-eventbridge/ministack',
);

/** Installs MiniStack before the suite. */
export function setup(): void {
  const script = fileURLToPath(new URL('./install-ministack.sh', import.meta.url));
  const { status } = spawnSync(script, [MINISTACK_ROOT], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`install-ministack.sh failed with status ${status}`);
}
