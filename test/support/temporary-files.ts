import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives a run's processes a folder of their own for temporary files, and removes it after the run: a worker that Vitest
 * ends has no chance to remove what CDK, esbuild and others leave.
 */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'ari-eventbridge-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
