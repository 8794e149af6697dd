import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const FOLDER = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ari-eventbridge');

/**
 * Tests change Asterisk's files, so what runs at the same time has copies: suites, and a suite's processes 1, 2, ….
 * `ASTERISK_SUITE` names other copies than the suite's own, so that the same suite can run twice on a machine.
 */
const copyFor = (suite: string, worker: number): string => join(FOLDER, `asterisk-${suite}-${worker}`);

/** The chroot with Asterisk of this test process. It is kept between runs. */
export const ASTERISK_ROOT = copyFor(process.env.ASTERISK_SUITE ?? 'bench', Number(process.env.VITEST_POOL_ID ?? 1));

/**
 * Installs Asterisk and sipp before the suite, unless `ASTERISK_URL` names a running server. Gives what frees the copies for
 * the next run.
 */
export function setup(project?: TestProject): (() => void) | undefined {
  if (process.env.ASTERISK_URL) {
    console.warn(
      `Testing ${process.env.ASTERISK_URL}: tests that configure or restart Asterisk themselves are left out.`,
    );
    return undefined;
  }
  const script = fileURLToPath(new URL('./install-asterisk.sh', import.meta.url));
  if (project) process.env.ASTERISK_SUITE ??= project.name; // for the processes that Vitest starts
  const suite = process.env.ASTERISK_SUITE ?? 'bench';
  const free = occupy(suite);
  const copies = Array.from({ length: project?.config.maxWorkers ?? 1 }, (_, index) => copyFor(suite, index + 1));
  const { status } = spawnSync(script, [join(FOLDER, 'asterisk'), ...copies], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`install-asterisk.sh failed with status ${status}`);
  return free;
}

/** Refuses a second run of a suite on the same copies: each would stop and configure the Asterisk of the other. */
function occupy(suite: string): () => void {
  const file = join(FOLDER, `${suite}.pid`);
  mkdirSync(FOLDER, { recursive: true });
  const holder = holderOf(file);
  if (holder !== undefined && holder !== process.pid)
    throw new Error(
      `Process ${holder} runs the suite ${suite} on the same copies of Asterisk. Wait until it has ended, or set ASTERISK_SUITE to a name of your own.`,
    );
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

/** The living process whose id the file holds. What a killed run left behind counts for nothing. */
function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}
