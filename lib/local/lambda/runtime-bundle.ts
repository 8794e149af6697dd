import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const RUNTIME = fileURLToPath(new URL('./runtime/main.ts', import.meta.url));

let file: string | undefined;

/**
 * Bundles the runtime of a function's process as plain JavaScript: stripping the types would take each new process
 * longer than the rest of its start.
 */
export function runtimeBundle(): string {
  if (file === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'ari-eventbridge-runtime-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    file = join(folder, 'runtime.mjs');
    buildSync({
      entryPoints: [RUNTIME],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
    });
  }
  return file;
}
