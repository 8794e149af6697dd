import { access, cp, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { BuildContext, BuildFailure, OutputFile } from 'esbuild';
import type { LocalFunction } from '../template/index.ts';

/** Bundles one function from its source, as CDK's NodejsFunction did at synth, again and again. */
export class HandlerBuild {
  /** The function as it was synthesized last. */
  fn: LocalFunction;
  readonly #root: string;
  readonly #entry: string;
  #context: BuildContext<{ metafile: true }> | undefined;
  /** Absolute paths of what the bundle was made of. */
  inputs: ReadonlySet<string> = new Set();
  /** Why the sources of now cannot be bundled. */
  fault: string | undefined;

  /** @param root what the function's entry is relative to */
  constructor(root: string, fn: LocalFunction & { entry: string }) {
    this.fn = fn;
    this.#root = root;
    this.#entry = resolve(root, fn.entry);
  }

  /** Whether the file is the function's own, and no part of what else is deployed. */
  isOwn(file: string): boolean {
    return this.inputs.has(file) && file.startsWith(`${dirname(this.#entry)}/`);
  }

  /**
   * Bundles what the sources are now.
   *
   * @param folder where the bundle goes. @default nowhere: only `inputs` are wanted
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
    // What else is in the asset stays in it, such as certificates.
    await cp(this.fn.code, folder, { recursive: true });
    for (const { path, contents } of files) await writeFile(join(folder, basename(path)), contents);
  }

  async #open(): Promise<BuildContext<{ metafile: true }>> {
    // Loaded when there is something to build: who runs without hot reload does not pay for it.
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
