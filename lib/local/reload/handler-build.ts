import { access, cp, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { BuildContext, BuildFailure, OutputFile } from 'esbuild';
import type { LocalFunction } from '../template/index.ts';

/** Bundles one function from its source, as CDK's NodejsFunction did at synth, each time it is saved. */
export class HandlerBuild {
  /** The function as last synthesized. */
  fn: LocalFunction;
  readonly #root: string;
  readonly #entry: string;
  #context: BuildContext<{ metafile: true }> | undefined;
  /** Absolute paths of the files in the bundle. */
  inputs: ReadonlySet<string> = new Set();
  /** Why the current sources cannot be bundled. */
  fault: string | undefined;

  /** @param root the folder that the function's entry is relative to */
  constructor(root: string, fn: LocalFunction & { entry: string }) {
    this.fn = fn;
    this.#root = root;
    this.#entry = resolve(root, fn.entry);
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
    try {
      this.#context ??= await this.#open();
      const { metafile, outputFiles = [] } = await this.#context.rebuild();
      const inputs = Object.keys(metafile.inputs).map((path) => resolve(this.#root, path));
      this.inputs = new Set(inputs.filter((path) => !path.includes('/node_modules/')));
      this.fault = undefined;
      if (folder !== undefined) await this.#write(folder, outputFiles);
      return true;
    } catch (error) {
      this.fault = faultOf(error as BuildFailure);
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#context?.dispose();
  }

  async #write(folder: string, files: readonly OutputFile[]): Promise<void> {
    // Other files of the asset, such as certificates, stay in it.
    await cp(this.fn.code, folder, { recursive: true });
    for (const { path, contents } of files) await writeFile(join(folder, basename(path)), contents);
  }

  async #open(): Promise<BuildContext<{ metafile: true }>> {
    // Loaded on the first build: a run without hot reload does not pay for it.
    const { context } = await import('esbuild');
    const stem = this.fn.handler.replace(/\.[^.]*$/, '');
    const isModule = await access(join(this.fn.code, `${stem}.mjs`)).then(
      () => true,
      () => false,
    );
    return context({
      entryPoints: [this.#entry],
      outfile: `${stem}.${isModule ? 'mjs' : 'js'}`,
      absWorkingDir: this.#root,
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      target: 'node24',
      format: isModule ? 'esm' : 'cjs',
      external: ['@aws-sdk/*', '@smithy/*'],
      logLevel: 'silent',
    });
  }
}

/** `functions/intro-ivr/index.ts:12:4: Expected ";" but found "x"` */
function faultOf({ errors = [], message }: BuildFailure): string {
  const [first] = errors;
  if (!first) return message;
  const { file = '', line = 0, column = 0 } = first.location ?? {};
  return `${first.location ? `${file}:${line}:${column}: ` : ''}${first.text}`;
}
