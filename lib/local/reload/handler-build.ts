import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import type { LocalFunction } from '../template/index.ts';

/** What esbuild says about a bundle, as far as it is used. */
interface Metafile {
  inputs: Record<string, unknown>;
}

/** A function that is bundled from a file which the template names. */
export type BundledFunction = LocalFunction & { entry: string };

/** Bundles one function from its source, by the command that CDK's NodejsFunction ran at synth, each time it is saved. */
export class HandlerBuild {
  /** The function as last synthesized. */
  fn: BundledFunction;
  readonly #project: string;
  readonly #entry: string;
  /** Absolute paths of the files in the bundle. */
  inputs: ReadonlySet<string> = new Set();
  /** Why the current sources cannot be bundled. */
  fault: string | undefined;

  /**
   * @param root the folder that the function's entry is relative to
   * @param project the folder in which CDK runs esbuild
   */
  constructor(root: string, project: string, fn: BundledFunction) {
    this.fn = fn;
    this.#project = project;
    this.#entry = resolve(root, fn.entry);
    // Until the first build it is at least this.
    this.inputs = new Set([this.#entry]);
  }

  /** Whether its file was removed. */
  get isGone(): boolean {
    return !existsSync(this.#entry);
  }

  /** Whether the file belongs to this function alone. */
  isOwn(file: string): boolean {
    return this.inputs.has(file) && file.startsWith(`${dirname(this.#entry)}/`);
  }

  /**
   * Bundles the current sources.
   *
   * @param folder where to write the bundle. @default nowhere: only `inputs` are wanted
   * @returns whether there is a bundle
   */
  async build(folder?: string): Promise<boolean> {
    const temporary = await mkdtemp(join(tmpdir(), 'ari-eventbridge-build-'));
    const metafile = join(temporary, 'meta.json');
    try {
      const stem = this.fn.handler.replace(/\.[^.]*$/, '');
      const file = `${stem}.${await extensionOf(this.fn.code, stem)}`;
      await promisify(execFile)(
        esbuildOf(this.#project),
        [
          '--bundle',
          this.#entry,
          ...(this.fn.esbuildArguments ?? []),
          `--outfile=${join(folder ?? temporary, file)}`,
          `--metafile=${metafile}`,
          '--log-level=error',
          '--color=false',
        ],
        { cwd: this.#project },
      );
      const { inputs } = JSON.parse(await readFile(metafile, 'utf8')) as Metafile;
      this.inputs = new Set(Object.keys(inputs).map((path) => resolve(this.#project, path)));
      this.fault = undefined;
      // Other files of the asset, such as certificates and installed packages, stay in it.
      if (folder !== undefined) await cp(this.fn.code, folder, { recursive: true, force: false });
      return true;
    } catch (error) {
      this.fault = faultOf(error as Error & { stderr?: string });
      return false;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
}

async function extensionOf(folder: string, stem: string): Promise<'mjs' | 'js'> {
  return access(join(folder, `${stem}.mjs`)).then(
    () => 'mjs' as const,
    () => 'js' as const,
  );
}

/** The esbuild of the project, or our own. */
function esbuildOf(project: string): string {
  try {
    return createRequire(join(project, 'package.json')).resolve('esbuild/bin/esbuild');
  } catch {
    return createRequire(import.meta.url).resolve('esbuild/bin/esbuild');
  }
}

/** `functions/intro-ivr/index.ts:12:4: Expected ";" but found "x"` */
function faultOf({ stderr, message }: Error & { stderr?: string }): string {
  const [, text, where] = /\[ERROR\] (.*)\n(?:\n +(.+:\d+:\d+):)?/.exec(stderr ?? '') ?? [];
  if (text === undefined) return (stderr || message).trim();
  return where === undefined ? text : `${where.replaceAll(sep, '/')}: ${text}`;
}
