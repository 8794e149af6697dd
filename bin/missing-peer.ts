import { readFileSync } from 'node:fs';

/**
 * The sentence for an error that says that an optional peer dependency is not installed: in a checkout or in the app's
 * output.
 *
 * @returns `undefined` for any other error
 * @example
 * missingPeer(new Error("Cannot find package 'esbuild' imported from …"));
 * // 'expected the package esbuild, which is not installed: npm install --save-dev esbuild@^0.28.2'
 */
export function missingPeer(error: unknown): string | undefined {
  const { peerDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    peerDependencies: Record<string, string>;
  };
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const [, path = ''] = /Cannot find (?:package|module) '([^']+)'/.exec(cause.message) ?? [];
    const name = Object.keys(peerDependencies).find((peer) => path === peer || path.startsWith(`${peer}/`));
    if (name !== undefined) {
      const spec = `${name}@${peerDependencies[name]}`;
      return `expected the package ${name}, which is not installed: npm install --save-dev ${spec}`;
    }
  }
  return undefined;
}
