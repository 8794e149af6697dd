import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

/** Variables outside the checkout: none of `npm run`, and on the path Node and npm, but no tools of the checkout. */
export const OUTSIDE = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(package|lifecycle|config_local_prefix)|INIT_CWD|VITEST|NODE_OPTIONS)/.test(name),
    ),
  ),
  PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
};

/** Runs a program outside the checkout. @returns what it prints; fails with all that it says */
export async function run(cwd: string, file: string, ...args: string[]): Promise<string> {
  return (await runBoth(cwd, file, ...args)).stdout;
}

/** Runs a program outside the checkout. @returns what it prints to both streams; fails with all that it says */
export async function runBoth(
  cwd: string,
  file: string,
  ...args: string[]
): Promise<{ stdout: string; stderr: string }> {
  try {
    return await execute(file, args, { cwd, env: OUTSIDE });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${[file, ...args].join(' ')}:\n${`${stdout}${stderr}`.slice(-4000) || message}`);
  }
}

export function install(cwd: string, ...args: string[]): Promise<string> {
  return run(cwd, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...args);
}

/** A package in the version that is tested here: `esbuild@0.28.2` */
export function tested(name: string): string {
  const manifest = readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
  return `${name}@${(JSON.parse(manifest) as { version: string }).version}`;
}
