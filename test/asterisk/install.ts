import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const FOLDER = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ari-eventbridge');

/** Test processes that run at the same time, which Vitest numbers from 1, change Asterisk's files, each in its own chroot. */
const rootOf = (worker: number): string => join(FOLDER, worker === 1 ? 'asterisk' : `asterisk-${worker}`);

/** The chroot with Asterisk of this test process. It is kept between runs. */
export const ASTERISK_ROOT = rootOf(Number(process.env.VITEST_POOL_ID ?? 1));

/** Installs Asterisk and sipp before the suite, unless `ASTERISK_URL` names a running server. */
export function setup(project?: TestProject): void {
  if (process.env.ASTERISK_URL) {
    console.warn(
      `Testing ${process.env.ASTERISK_URL}: tests that configure or restart Asterisk themselves are left out.`,
    );
    return;
  }
  const script = fileURLToPath(new URL('./install-asterisk.sh', import.meta.url));
  const roots = Array.from({ length: project?.config.maxWorkers ?? 1 }, (_, index) => rootOf(index + 1));
  const { status } = spawnSync(script, roots, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`install-asterisk.sh failed with status ${status}`);
}
