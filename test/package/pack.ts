import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { temporaryFolder } from '../support/temporary-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the package's archive. */
    archive: string;
  }
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Makes the package before the suite. */
export function setup(project: TestProject): () => void {
  const { path, remove } = temporaryFolder();
  execFileSync('npm', ['run', '--silent', 'pack', '--', path], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  project.provide('archive', join(path, readdirSync(path).find((file) => file.endsWith('.tgz')) ?? 'none'));
  return remove;
}
