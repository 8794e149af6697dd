import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ari-eventbridge');
/** AWS's runtime interface clients. They are kept between runs. */
const FOLDER = join(CACHE, 'lambda-ric');
/** AWS's testing package for durable functions. */
const DURABLE_FOLDER = join(CACHE, 'durable-testing');

/** The programs of the clients: of nodejs24.x, and of the runtimes before. */
export const CURRENT_CLIENT = join(FOLDER, 'node_modules/aws-lambda-ric/index.mjs');
export const EARLIER_CLIENT = join(FOLDER, 'start.mjs');

/** The modules of the durable SDK, and of its testing package. */
export const DURABLE_SDK = join(DURABLE_FOLDER, 'node_modules/@aws/durable-execution-sdk-js/dist-cjs/index.js');
export const DURABLE_TESTING = join(
  DURABLE_FOLDER,
  'node_modules/@aws/durable-execution-sdk-js-testing/dist-cjs/index.js',
);

/** Installs the clients and the testing package, before the suite. */
export function setup(): void {
  for (const [name, folder] of [
    ['install-ric.sh', FOLDER],
    ['install-durable.sh', DURABLE_FOLDER],
  ] as const) {
    const script = fileURLToPath(new URL(name, import.meta.url));
    const { status } = spawnSync(script, [folder], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
  }
}
