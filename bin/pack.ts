/**
 * `npm run pack [-- FOLDER]`: writes the package that others install into a folder, as `npm pack` would.
 *
 * Node runs TypeScript in a checkout, but not in node_modules. So the package contains JavaScript with declarations
 * under the same paths, and the bundles of the connector and of the console's page. It is assembled outside the checkout,
 * whose own package.json is `private` and cannot be published by mistake.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleConnector } from '../lib/cdk/connector-image.ts';
import { bundlePage } from '../lib/local/console/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Fields of package.json that the package takes from the checkout. */
const SAME =
  'name version description license type sideEffects engines dependencies peerDependencies peerDependenciesMeta'.split(
    ' ',
  );
const AS_THEY_ARE = [
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'docs',
  'connector/Dockerfile',
  'connector/systemd',
  'bin/ari-eventbridge.cjs',
  'bin/new-app',
];
/** A file that is read at run time, not imported: `new URL('./runtime.ts', import.meta.url)`. */
const READ_AT_RUN_TIME = /(?<=new URL\(['"])(\.[^'"]*)(?=['"], import\.meta\.url\))/g;

interface Manifest extends Record<string, unknown> {
  exports: Record<string, string>;
  bin: Record<string, string>;
}

async function pack(destination: string): Promise<void> {
  const stage = mkdtempSync(join(tmpdir(), 'ari-eventbridge-package-'));
  try {
    compile(stage);
    mkdirSync(join(stage, 'connector'));
    bundleConnector(join(stage, 'connector'));
    await addPage(stage);
    for (const part of AS_THEY_ARE) cpSync(join(ROOT, part), join(stage, part), { recursive: true });
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published(manifest), null, 2)}\n`);
    pointToCompiledFiles(stage);
    mkdirSync(destination, { recursive: true });
    execFileSync('npm', ['pack', '--pack-destination', destination], {
      cwd: stage,
      stdio: ['ignore', 'inherit', 'pipe'],
    });
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Compiles the library and the command line, with all they import. */
function compile(stage: string): void {
  const config = join(stage, 'tsconfig.json');
  const settings = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: ROOT,
      outDir: stage,
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    include: [join(ROOT, 'lib'), join(ROOT, 'bin/ari-eventbridge.ts')],
  };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', config], { stdio: 'inherit' });
  rmSync(config);
}

/** The page is bundled here, so that the package needs neither its sources nor the packages that they import. */
async function addPage(stage: string): Promise<void> {
  const folder = join(stage, 'lib/local/console/page');
  mkdirSync(folder, { recursive: true });
  for (const [path, { body }] of await bundlePage()) {
    writeFileSync(join(folder, path === '/' ? 'index.html' : path), body);
  }
}

/** @throws where the package lacks a file that is read at run time */
function pointToCompiledFiles(stage: string): void {
  for (const name of globSync('{bin,lib}/**/*.js', { cwd: stage, exclude: ['bin/new-app'] })) {
    const file = join(stage, name);
    const text = readFileSync(file, 'utf8');
    const compiled = text.replace(READ_AT_RUN_TIME, (path) => path.replace(/\.ts$/, '.js'));
    for (const [path] of compiled.matchAll(READ_AT_RUN_TIME)) {
      if (!existsSync(join(dirname(file), path))) throw new Error(`${name} reads ${path}, which is not in the package`);
    }
    if (compiled !== text) writeFileSync(file, compiled);
  }
}

function published(manifest: Manifest): object {
  const built = (file: string, extension: string): string => file.replace(/\.ts$/, extension);
  return {
    ...Object.fromEntries(SAME.map((key) => [key, manifest[key]])),
    exports: Object.fromEntries(
      Object.entries(manifest.exports).map(([entrance, file]) => [
        entrance,
        file.endsWith('.ts') ? { types: built(file, '.d.ts'), default: built(file, '.js') } : file,
      ]),
    ),
    bin: manifest.bin,
  };
}

await pack(resolve(process.argv[2] ?? '.'));
