import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HandlerBuild } from '../../../../../lib/local/reload/handler-build.ts';
import { LocalProject } from '../../../../support/local-project.ts';

const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url));
const project = new LocalProject();
const { path: app } = project;

const save = (file: string, text: string): void => project.save(file, text);

/** Options of esbuild, by the title of the function. */
const BUNDLING = {
  Default: '{}',
  Loader: "{ loader: { '.html': 'text' } }",
  Readable: '{ minify: false, keepNames: true, sourceMap: true, sourcesContent: false }',
  Defined: "{ define: { WORD: JSON.stringify('defined') }, banner: '/* mine */', footer: '/* end */' }",
  Arguments: "{ esbuildArgs: { '--drop': 'debugger', '--legal-comments': 'none', '--alias:other': './src/word.ts' } }",
  Configured: "{ tsconfig: 'other-tsconfig.json', inject: ['./src/injected.ts'], mainFields: ['module', 'main'] }",
  CommonJs: "{ format: OutputFormat.CJS, target: 'node22' }",
  Require:
    '{ minify: false, banner: "import { createRequire } from \'node:module\'; const require = createRequire(import.meta.url);" }',
};
const TITLES = Object.keys(BUNDLING);

beforeAll(async () => {
  save('node_modules/old/package.json', '{"name":"old","main":"index.js"}');
  save(
    'node_modules/old/index.js',
    'const { EventEmitter } = require("events"); module.exports = [typeof EventEmitter, typeof __dirname, typeof __filename];',
  );
  save('other-tsconfig.json', '{"compilerOptions":{"target":"es2022","useDefineForClassFields":false}}');
  save('src/word.ts', 'export const word = "a word";');
  save('src/injected.ts', 'export const injected = 1;');
  save('src/page.html', '<p>page</p>');
  for (const title of TITLES) {
    const page = title === 'Loader' ? "import page from './page.html';" : 'const page = 1;';
    save(
      `src/${title}.ts`,
      `${page} import old from 'old'; import { word } from './word.ts'; declare const WORD: string;
const __dirname = 'of the module';
class Field { value = word; }
export const handler = async () => { console.log(page, JSON.stringify(old), new Field().value, __dirname${title === 'Defined' ? ', WORD' : ''}); };`,
    );
  }
  save(
    'app.ts',
    `import { App, Stack } from '${ROOT}node_modules/aws-cdk-lib/index.js';
import { OutputFormat } from '${ROOT}node_modules/aws-cdk-lib/aws-lambda-nodejs/index.js';
import { CallEventBus } from '${ROOT}lib/cdk/call-event-bus.ts';
import { CallHandler } from '${ROOT}lib/cdk/call-handler.ts';
import { ariPattern } from '${ROOT}lib/index.ts';
const calls = new Stack(new App(), 'Bundles');
const { bus } = new CallEventBus(calls, 'Bus');
const BUNDLING = { ${Object.entries(BUNDLING)
      .map(([title, options]) => `${title}: ${options}`)
      .join(', ')} };
for (const [title, bundling] of Object.entries(BUNDLING))
  new CallHandler(calls, title, { entry: \`src/\${title}.ts\`, pattern: ariPattern({ application: title }), bus, nodes: [], bundling });`,
  );
  await project.start();
}, 60_000);
afterAll(async () => {
  await project.stop();
});

test.each(TITLES)('with the options of %s, hot reload makes the bundle that CDK made', async (title) => {
  const fn = project.system.deployment.functions.find((one) => one.title === title);
  if (fn?.entry === undefined) throw new Error(`Expected the function ${title} to have an entry`);
  const build = new HandlerBuild(app, app, { ...fn, entry: fn.entry });
  const folder = join(dirname(fn.code), `hot-${title}`); // as deep as CDK's: source maps have relative paths
  expect(await build.build(folder), build.fault).toBe(true);
  const files = readdirSync(fn.code, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name: file } of files) {
    const name = join(relative(fn.code, parentPath), file);
    expect(readFileSync(join(folder, name), 'utf8'), name).toBe(readFileSync(join(fn.code, name), 'utf8'));
  }
});

test.each(TITLES)('with the options of %s, a CommonJS package works that requires a module of Node', async (title) => {
  const line = await project.call(title);
  const page = title === 'Loader' ? '<p>page</p>' : '1';
  const more = title === 'Defined' ? ' defined' : '';
  expect(line).toBe(`${title}: ${page} ["function","string","string"] a word of the module${more}`);
});
