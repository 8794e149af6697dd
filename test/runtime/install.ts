import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** AWS's runtime interface clients. They are kept between runs. */
const FOLDER = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ari-eventbridge', 'lambda-ric');

/** The programs of the clients: of nodejs24.x, and of the runtimes before. */
export const CURRENT_CLIENT = join(FOLDER, 'node_modules/aws-lambda-ric/index.mjs');
export const EARLIER_CLIENT = join(FOLDER, 'start.mjs');

/** Installs the clients, before the suite. */
export function setup(): void {
  const script = fileURLToPath(new URL('install-ric.sh', import.meta.url));
  const { status } = spawnSync(script, [FOLDER], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`install-ric.sh ended with ${status}`);
}
