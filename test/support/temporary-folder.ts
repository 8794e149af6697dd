import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface TemporaryFolder {
  path: string;
  remove(): void;
}

/** A new folder, which the caller removes. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'ari-eventbridge-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A new folder that is removed after the test. @returns its path */
export function folderOfTest(): string {
  const { path, remove } = temporaryFolder();
  onTestFinished(remove);
  return path;
}
