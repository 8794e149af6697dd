import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What a CDK app needs: where one is missing, the others probably are too. */
const OF_CDK_APPS = ['aws-cdk-lib', 'constructs', 'esbuild'];

/**
 * The sentence for an error that says that a package is not installed that the user's project has to install: an optional
 * peer dependency, or a part of the AWS SDK, which Lambda's runtime contains.
 *
 * @param error the error of an import, or one with the output of a program that failed so
 * @returns `undefined` for any other error
 * @example
 * missingPeer(new Error("Cannot find package 'esbuild' imported from …"));
 * // 'expected the package esbuild, which is not installed: npm install --save-dev esbuild@^0.28.2'
 */
export function missingPeer(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const [, path = ''] = /Cannot find (?:package|module) '([^']+)'/.exec(cause.message) ?? [];
    const name = /^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? '';
    const known = peers();
    if (Object.hasOwn(known, name) || name.startsWith('@aws-sdk/')) return sentence(name, known);
  }
  return undefined;
}

function sentence(name: string, known: Record<string, string>): string {
  const missing = OF_CDK_APPS.includes(name)
    ? OF_CDK_APPS.filter((each) => each === name || !isInstalled(each))
    : [name];
  const specs = missing.map((each) => (known[each] === undefined ? each : `${each}@${known[each]}`));
  const [packages, are] = missing.length === 1 ? ['package', 'is'] : ['packages', 'are'];
  return `expected the ${packages} ${missing.join(', ')}, which ${are} not installed: npm install --save-dev ${specs.join(' ')}`;
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

function peers(): Record<string, string> {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { peerDependencies: Record<string, string> }).peerDependencies;
}
