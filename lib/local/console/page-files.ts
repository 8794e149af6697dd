import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  type: string;
  body: string;
}

const PAGE = fileURLToPath(new URL('./page/', import.meta.url));

/**
 * The page's files by path: those of the published package, or in a checkout bundled at the first request, so that a run
 * without an open page does not wait for it.
 */
export class PageFiles {
  #bundle: Promise<Map<string, PageFile>> | undefined;

  async get(path: string): Promise<PageFile | undefined> {
    this.#bundle ??= existsSync(`${PAGE}main.js`) ? readBundle() : bundlePage();
    try {
      return (await this.#bundle).get(path);
    } catch (error) {
      this.#bundle = undefined;
      throw error;
    }
  }
}

/** Bundles the page: it loads nothing from other servers. */
export async function bundlePage(): Promise<Map<string, PageFile>> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [`${PAGE}main.tsx`, `${PAGE}page.css`],
    outdir: '/',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
  });
  return pageOf(outputFiles.map(({ path, text }) => [path, text]));
}

/** The page as `bin/pack.ts` has bundled it. */
async function readBundle(): Promise<Map<string, PageFile>> {
  const read = async (path: string): Promise<[string, string]> => [path, await readFile(`${PAGE}${path}`, 'utf8')];
  return pageOf(await Promise.all(['/main.js', '/page.css'].map(read)));
}

async function pageOf(bundle: readonly [path: string, text: string][]): Promise<Map<string, PageFile>> {
  const typeOf = (path: string): string => (path.endsWith('.css') ? 'text/css' : 'text/javascript');
  return new Map<string, PageFile>([
    ['/', { type: 'text/html; charset=utf-8', body: await readFile(`${PAGE}index.html`, 'utf8') }],
    ['/icon.svg', { type: 'image/svg+xml', body: await readFile(`${PAGE}icon.svg`, 'utf8') }],
    ...bundle.map(([path, body]) => [path, { type: `${typeOf(path)}; charset=utf-8`, body }] as [string, PageFile]),
  ]);
}
