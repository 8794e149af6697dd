import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { installPackage } from '../peers/npm-package.ts';

/** The handler as one would write it first, bundled into a folder as CDK does by default. @returns the bundle */
export async function bundleNaive(folder: string): Promise<string> {
  const outfile = join(folder, 'index.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'naive.mjs')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // It cannot be bundled: in strict mode, which esbuild writes, it fails with "log is not defined".
    external: ['ari-client'],
    logLevel: 'error',
  });
  await symlink(join(installPackage('ari-client'), 'node_modules'), join(folder, 'node_modules'));
  return outfile;
}
