import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  type: string;
  body: string;
}

const PAGE = fileURLToPath(new URL('./page/', import.meta.url));

/**
 * The page's files by path. They are bundled at the first request: a run without an open page does not wait for it.
 */
export class PageFiles {
  #bundle: Promise<Map<string, PageFile>> | undefined;

  async get(path: string): Promise<PageFile | undefined> {
    this.#bundle ??= bundlePage();
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
  const typeOf = (path: string): string => (path.endsWith('.css') ? 'text/css' : 'text/javascript');
  return new Map<string, PageFile>([
    ['/', { type: 'text/html; charset=utf-8', body: await readFile(`${PAGE}index.html`, 'utf8') }],
    ['/icon.svg', { type: 'image/svg+xml', body: await readFile(`${PAGE}icon.svg`, 'utf8') }],
    ...outputFiles.map(
      ({ path, text }) => [path, { type: `${typeOf(path)}; charset=utf-8`, body: text }] as [string, PageFile],
    ),
  ]);
}
