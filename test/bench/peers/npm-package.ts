import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ASTERISK_ROOT } from '../../asterisk/install.ts';

/** Clients of others, at the versions that were measured. */
const VERSIONS = { 'ari-client': '2.2.0', '@ipcom/asterisk-ari': '1.0.0' };

/**
 * Installs a package of others beside Asterisk, unless it is there already. It is not a dependency: of the 60 packages of
 * `ari-client` many are abandoned, and users of ari-eventbridge must not get them or their warnings.
 *
 * @returns the folder it was installed in
 */
export function installPackage(name: keyof typeof VERSIONS): string {
  const version = VERSIONS[name];
  const folder = join(dirname(ASTERISK_ROOT), `${name.replace(/^@.*\//, '')}-${version}`);
  // npm writes this file last.
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(
    'npm',
    ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`],
    { stdio: ['ignore', 2, 2] },
  );
  if (status !== 0) throw new Error(`npm install ${name}@${version} failed with status ${status}`);
  return folder;
}
