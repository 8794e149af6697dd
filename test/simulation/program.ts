import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A change of the connector's source: a defect that the simulation is expected to find. */
export interface Patch {
  /** Path of the file from the root. */
  file: string;
  /** The text that is replaced; it has to be there exactly once. */
  replace: string;
  by: string;
}

/** What a process has in place of Node's globals; other globals are those of the test. */
export interface ProgramGlobals {
  process: object;
  setTimeout: unknown;
  clearTimeout: unknown;
  setInterval: unknown;
  clearInterval: unknown;
  setImmediate: unknown;
  queueMicrotask: unknown;
  Date: unknown;
  Math: unknown;
  AbortSignal: unknown;
  performance: unknown;
}

/** The connector's program: called once for each process, with that process's modules and globals. */
export type Program = (require: (name: string) => unknown, globals: ProgramGlobals) => void;

const GLOBALS = [
  'process',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'queueMicrotask',
  'Date',
  'Math',
  'AbortSignal',
  'performance',
] as const satisfies (keyof ProgramGlobals)[];

/**
 * Bundles `connector/main.ts` as it is. Everything that it imports from outside of this repository, Node's modules
 * included, is left to `require`.
 *
 * @throws where the text that a patch replaces is not there exactly once
 */
export async function loadProgram(patches: readonly Patch[] = []): Promise<Program> {
  const missing = new Set(patches);
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['connector/main.ts'],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    // Else `import()` would not go through `require`.
    supported: { 'dynamic-import': false },
    logLevel: 'error',
    plugins: [
      {
        name: 'patches',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            let contents = readFileSync(path, 'utf8');
            for (const patch of patches.filter(({ file }) => join(ROOT, file) === path)) {
              const count = contents.split(patch.replace).length - 1;
              if (count !== 1) {
                throw new Error(`${relative(ROOT, path)}: expected once, got ${count} times: ${patch.replace}`);
              }
              contents = contents.replace(patch.replace, () => patch.by);
              missing.delete(patch);
            }
            return { contents, loader: 'ts' };
          }),
      },
    ],
  });
  for (const { file } of missing) throw new Error(`expected the connector to import ${file}, which a patch changes`);
  const body = compileFunction(outputFiles[0]?.text ?? '', ['require', 'module', 'exports', ...GLOBALS], {
    filename: 'connector.cjs',
  });
  return (require, globals) => {
    const module = { exports: {} };
    body(require, module, module.exports, ...GLOBALS.map((name) => globals[name]));
  };
}
