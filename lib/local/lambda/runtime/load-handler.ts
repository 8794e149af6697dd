import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RuntimeError } from './errors.ts';
import { BEFORE_24 } from './generation.ts';

/** A function as its module exports it. */
export type Handler = ((...values: unknown[]) => unknown) & Record<symbol, unknown>;

/** Marks a handler that `awslambda.streamifyResponse` was called with. */
export const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

const require = createRequire(import.meta.url);

/**
 * @param root `LAMBDA_TASK_ROOT`
 * @param handler `folder/file.export`
 * @throws an error that is named as Lambda names it
 */
export async function loadHandler(root: string, handler: string): Promise<Handler> {
  if (handler.includes('..')) {
    throw new RuntimeError(
      'MalformedHandlerName',
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const name = basename(handler);
  const given = handler.slice(0, handler.indexOf(name));
  const folder = resolve(root, BEFORE_24 ? given : given.replace(/\/$/, ''));
  const [, file, path] = /^([^.]*)\.(.*)$/.exec(name) ?? [];
  if (file === undefined || path === undefined) throw new RuntimeError('MalformedHandlerName', 'Bad handler');
  const module = await load(root, folder, file).catch(rename);
  const found = at(module, path) || (!BEFORE_24 && at(defaultOf(module), path));
  if (!found) throw new RuntimeError('HandlerNotFound', `${handler} is undefined or not exported`);
  if (typeof found !== 'function') throw new RuntimeError('HandlerNotFound', `${handler} is not a function`);
  return found as Handler;
}

/** @throws where a handler asks for a kind of streaming that Lambda does not have */
export function isStreaming(handler: Handler): boolean {
  const kind = handler[STREAMING];
  if (!kind) return false;
  if (kind === 'response') return true;
  throw new RuntimeError('MalformedStreamingHandler', 'Only response streaming is supported.');
}

async function load(root: string, folder: string, file: string): Promise<unknown> {
  const stem = join(folder, file);
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    const path = stem + extension;
    if (!existsSync(path)) continue;
    // Before nodejs24.x CommonJS is not imported.
    const byRequire = BEFORE_24 && extension !== '.mjs' && !(extension === '.js' && isModule(folder));
    return byRequire ? require(path) : import(pathToFileURL(path).href);
  }
  // Perhaps a package, also of a layer.
  return require(require.resolve(file, { paths: [root, folder] }));
}

/** Whether the nearest package.json makes ES modules of its `.js` files. */
function isModule(folder: string): boolean {
  if (folder.endsWith('/node_modules')) return false;
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) {
    try {
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: string }).type === 'module';
    } catch (error) {
      console.warn(`${manifest} cannot be read, it will be ignored for ES module detection purposes.`, error);
      return false;
    }
  }
  const parent = dirname(folder);
  return parent !== folder && isModule(parent);
}

function rename(error: unknown): never {
  if (error instanceof SyntaxError) {
    const renamed = new RuntimeError('UserCodeSyntaxError', String(error));
    if (!BEFORE_24 && error.stack !== undefined) renamed.stack = error.stack; // says where
    throw renamed;
  }
  const isCoded = BEFORE_24 || error instanceof Error;
  if (isCoded && (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') {
    throw new RuntimeError('ImportModuleError', String(error));
  }
  throw error;
}

/** Exports of a CommonJS module that static analysis does not find are in its default export. */
function defaultOf(module: unknown): unknown {
  return (module as { default?: unknown } | undefined)?.default;
}

/** Before nodejs24.x functions are looked into as well. */
function at(module: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        value && (BEFORE_24 || typeof value === 'object') ? (value as Record<string, unknown>)[key] : undefined,
      module,
    );
}
