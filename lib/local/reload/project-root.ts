import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LOCK_FILES = ['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb'];

/**
 * The folder of the nearest lock file, where CDK bundles: of a monorepo it is the top, and the app one of its packages.
 *
 * @param folder the folder with cdk.json; also the result where there is no lock file
 */
export function projectRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (LOCK_FILES.some((name) => existsSync(join(at, name)))) return at;
    if (dirname(at) === at) return folder;
  }
}
