import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ASTERISK_ROOT } from '../../asterisk/install.ts';

const VERSION = '2.2.0';

/**
 * Installs the npm package `ari-client` beside Asterisk, unless it is there already. It is not a dependency: of
 * its 60 packages many are abandoned, and users of ari-eventbridge must not get them or their warnings.
 *
 * @returns the folder it was installed in
 */
export function installAriClient(): string {
  const folder = join(dirname(ASTERISK_ROOT), `ari-client-${VERSION}`);
  // npm writes this file last.
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(
    'npm',
    ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `ari-client@${VERSION}`],
    { stdio: ['ignore', 2, 2] },
  );
  if (status !== 0) throw new Error(`npm install ari-client@${VERSION} failed with status ${status}`);
  return folder;
}
