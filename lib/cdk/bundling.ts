import { relative, resolve } from 'node:path';
import type { BundlingOptions, ICommandHooks } from 'aws-cdk-lib/aws-lambda-nodejs';
import { OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';
import { fixModesCommand } from './fixed-modes.ts';

/**
 * Gives CommonJS packages inside an ECMAScript module what they expect. As globals, because a bundle may declare the
 * same names; the imports have names that no bundle has.
 */
const COMMON_JS = [
  "import { createRequire as ariEventbridgeCreateRequireOfBundle } from 'node:module';",
  "import { dirname as ariEventbridgeDirnameOfBundle } from 'node:path';",
  "import { fileURLToPath as ariEventbridgePathOfBundle } from 'node:url';",
  'globalThis.require ??= ariEventbridgeCreateRequireOfBundle(import.meta.url);',
  'globalThis.__filename ??= ariEventbridgePathOfBundle(import.meta.url);',
  'globalThis.__dirname ??= ariEventbridgeDirnameOfBundle(globalThis.__filename);',
].join('');

/** Arguments of esbuild that decide where it writes and what it reports. */
const OF_ITS_OWN = /^--(outfile|metafile|log-level|log-limit|color)\b/;

/** Arguments of `esbuildArgs` that take a name after a colon, as in CDK. */
const WITH_NAME = ['--alias', '--drop', '--pure', '--log-override', '--out-extension'];

/** The defaults of a function that calls ARI: a minified ECMAScript module for Node 24 that can hold CommonJS packages. */
export function bundlingOf(given: BundlingOptions = {}, afterBundling: (folder: string) => string[]): BundlingOptions {
  const format = given.format ?? OutputFormat.ESM;
  const banner = [format === OutputFormat.ESM ? COMMON_JS : '', given.banner ?? ''].filter(Boolean).join('\n');
  const { commandHooks: theirs } = given;
  const commandHooks: ICommandHooks = {
    beforeBundling: (from, to) => theirs?.beforeBundling(from, to) ?? [],
    beforeInstall: (from, to) => theirs?.beforeInstall(from, to) ?? [],
    afterBundling: (from, to) => [
      ...afterBundling(to),
      ...(theirs?.afterBundling(from, to) ?? []),
      fixModesCommand(to),
    ],
  };
  return { minify: true, target: 'node24', ...given, format, ...(banner !== '' && { banner }), commandHooks };
}

/**
 * The arguments by which CDK bundles with these options, without input and output, for local mode's hot reload.
 * `undefined` where bundling is more than esbuild: then a saved file is synthesized.
 *
 * @param project the folder in which CDK runs esbuild
 */
export function esbuildArguments(options: BundlingOptions, project: string): string[] | undefined {
  const { commandHooks, preCompilation, forceDockerBundling } = options;
  if (preCompilation || forceDockerBundling || (commandHooks?.beforeBundling(project, project) ?? []).length > 0) {
    return undefined;
  }
  const { sourceMap, sourceMapMode = SourceMapMode.DEFAULT, tsconfig, externalModules, nodeModules = [] } = options;
  const withMap = options.sourceMapMode !== undefined || sourceMap === true;
  const external = externalModules ?? (options.bundleAwsSDK ? [] : ['@aws-sdk/*', '@smithy/*']);
  return [
    `--target=${options.target}`,
    '--platform=node',
    `--format=${options.format}`,
    ...(options.minify ? ['--minify'] : []),
    ...(withMap ? [sourceMapMode === SourceMapMode.DEFAULT ? '--sourcemap' : `--sourcemap=${sourceMapMode}`] : []),
    ...(options.sourcesContent === false ? ['--sources-content=false'] : []),
    ...[...external, ...nodeModules].map((name) => `--external:${name}`),
    ...Object.entries(options.loader ?? {}).map(([extension, name]) => `--loader:${extension}=${name}`),
    ...Object.entries(options.define ?? {}).map(([name, value]) => `--define:${name}=${value}`),
    ...(options.keepNames ? ['--keep-names'] : []),
    ...(tsconfig === undefined ? [] : [`--tsconfig=${relative(project, resolve(tsconfig))}`]),
    ...(options.banner === undefined ? [] : [`--banner:js=${options.banner}`]),
    ...(options.footer === undefined ? [] : [`--footer:js=${options.footer}`]),
    ...(options.mainFields ? [`--main-fields=${options.mainFields.join(',')}`] : []),
    ...(options.inject ?? []).map((file) => `--inject:${file}`),
    ...Object.entries(options.esbuildArgs ?? {}).flatMap(([name, value]) => argumentsOf(name, value)),
  ].filter((argument) => !OF_ITS_OWN.test(argument));
}

function argumentsOf(name: string, value: string | boolean | string[]): string[] {
  if (Array.isArray(value)) return value.map((one) => `${name}:${one}`);
  if (value === true || value === '') return [name];
  if (WITH_NAME.includes(name)) return [`${name}:${value}`];
  return value ? [`${name}=${value}`] : [];
}
