import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the chroot with Asterisk is kept between runs. */
export const ASTERISK_ROOT = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ari-eventbridge/asterisk');

/** Installs Asterisk and sipp before the suite, unless `ASTERISK_URL` names a running server. */
export function setup(): void {
  if (process.env.ASTERISK_URL) {
    console.warn(
      `Testing ${process.env.ASTERISK_URL}: tests that configure or restart Asterisk themselves are left out.`,
    );
    return;
  }
  const script = fileURLToPath(new URL('./install-asterisk.sh', import.meta.url));
  const { status } = spawnSync(script, [ASTERISK_ROOT], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`install-asterisk.sh failed with status ${status}`);
}
