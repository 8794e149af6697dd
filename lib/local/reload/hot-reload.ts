import { statSync } from 'node:fs';
import { extname, relative } from 'node:path';
import type { LocalFunction } from '../template/index.ts';
import { HandlerBuild } from './handler-build.ts';
import { projectRoot } from './project-root.ts';
import { isLeftOut, SourceWatch } from './source-watch.ts';

/** Files that may change what is deployed, beside those that are known to be in a bundle. */
const SOURCES = new Set(
  '.ts .tsx .mts .cts .js .jsx .mjs .cjs .json .txt .html .css .sql .graphql .yaml .yml .xml .csv .py .sh .wasm'.split(
    ' ',
  ),
);

/** How long the file of a handler may be missing before the app is synthesized without it. */
const GONE_MS = 1000;

export interface HotReloadHost {
  /** The folder with cdk.json. */
  root: string;
  /** The current functions. */
  functions(): readonly LocalFunction[];
  /** The path of a new folder, which is removed when the system stops. */
  newFolder(): string;
  /** Replaces a function's code by the content of this folder. */
  replaceCode(arn: string, folder: string): void;
  /**
   * Synthesizes again, and runs the result.
   *
   * @returns what changed, in a few words
   * @throws where the app fails; what runs is unchanged then
   */
  synthesize(): Promise<string>;
  say(line: string): void;
}

/**
 * A saved handler is bundled and runs from the next event on, without synthesizing; any other saved file may change the
 * stacks, which are synthesized again. A failed build leaves what runs unchanged.
 */
export class HotReload {
  readonly #host: HotReloadHost;
  readonly #project: string;
  readonly #watch: SourceWatch;
  #builds: HandlerBuild[] = [];
  /** Code that was replaced without synthesizing, and when. */
  readonly #placed = new Map<string, { folder: string; at: number }>();
  readonly #saved = new Set<string>();
  #reloading: Promise<void> = Promise.resolve();
  #gone: NodeJS.Timeout | undefined;
  #synthesizing: Promise<void> | undefined;
  #synthesizeAgain = false;
  #stopped = false;

  constructor(host: HotReloadHost) {
    this.#host = host;
    this.#project = projectRoot(host.root);
    const roots = [...new Set([host.root, this.#project])];
    this.#watch = new SourceWatch(roots, (files) => this.#onSaved(files));
  }

  async start(): Promise<void> {
    this.#watch.start();
    await this.#openBuilds();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch.stop();
    clearTimeout(this.#gone);
    await this.#reloading;
    await this.#synthesizing;
  }

  /** One after the other: of two builds that overlap, the older might be placed last. */
  #onSaved(files: readonly string[]): void {
    for (const file of files) this.#saved.add(file);
    this.#reloading = this.#reloading.then(() => this.#reloadSaved());
  }

  async #reloadSaved(): Promise<void> {
    const files = [...this.#saved];
    this.#saved.clear();
    if (this.#stopped || files.length === 0) return;
    const known = new Set(this.#builds.flatMap(({ inputs }) => [...inputs]));
    const started = Date.now();
    const concerned = this.#builds.filter(
      (build) => build.fault !== undefined || files.some((file) => build.inputs.has(file)),
    );
    await Promise.all(concerned.map((build) => this.#reload(build, files)));
    this.#follow();
    // What was not watched yet may have been saved after esbuild read it.
    const unseen = concerned.flatMap(({ inputs }) => [...inputs]).filter((file) => !known.has(file));
    const late = unseen.filter((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > started);
    if (late.length > 0) this.#onSaved(late);
    const isOwn = (file: string): boolean => this.#builds.some((build) => build.isOwn(file));
    if (files.some((file) => !isOwn(file) && this.#mayChangeStacks(file))) this.#synthesizeAgain = true;
    if (this.#builds.some(({ isGone }) => isGone)) this.#synthesizeUnlessBack();
    this.#synthesizeWhereDue();
  }

  /** A handler that cannot be bundled would fail the CDK app as well, and has been reported. */
  #synthesizeWhereDue(): void {
    const blocked = this.#builds.some((build) => build.fault !== undefined && !build.isGone);
    if (this.#synthesizeAgain && !blocked) this.#synthesize();
  }

  /** A handler whose file is gone may have left the app, or be back in a moment, as after `git switch`. */
  #synthesizeUnlessBack(): void {
    this.#gone ??= setTimeout(() => {
      this.#gone = undefined;
      if (this.#builds.some(({ isGone }) => isGone)) this.#synthesizeAgain = true;
      this.#synthesizeWhereDue();
    }, GONE_MS).unref();
  }

  #mayChangeStacks(file: string): boolean {
    if (!SOURCES.has(extname(file))) return false;
    const path = relative(this.#project, file);
    return path.startsWith('..') || !isLeftOut(path);
  }

  async #reload(build: HandlerBuild, files: readonly string[]): Promise<void> {
    const { arn, title } = build.fn;
    const started = performance.now();
    const [before, folder] = [build.fault, this.#host.newFolder()];
    if (await build.build(folder)) {
      this.#place(arn, folder);
      const saved = files.map((file) => relative(this.#host.root, file)).join(', ');
      const took = (performance.now() - started).toFixed(0);
      this.#host.say(`${title}: ${saved} runs from the next event on (bundled in ${took} ms)`);
    } else if (build.fault !== before) {
      this.#host.say(`${title} is unchanged: ${build.fault}`);
    }
  }

  #place(arn: string, folder: string): void {
    this.#placed.set(arn, { folder, at: performance.now() });
    this.#host.replaceCode(arn, folder);
  }

  /** Runs one synthesis at a time; files saved meanwhile cause another one. */
  #synthesize(): void {
    if (this.#synthesizing || this.#stopped) return;
    this.#synthesizeAgain = false;
    this.#synthesizing = this.#synthesizeNow().finally(() => {
      this.#synthesizing = undefined;
      if (this.#synthesizeAgain) this.#synthesize();
    });
  }

  async #synthesizeNow(): Promise<void> {
    const started = performance.now();
    try {
      const changes = await this.#host.synthesize();
      // A handler saved during the synthesis is newer than its result.
      for (const [arn, { folder, at }] of this.#placed) if (at > started) this.#host.replaceCode(arn, folder);
      await this.#openBuilds();
      const took = ((performance.now() - started) / 1000).toFixed(1);
      this.#host.say(`Synthesized again in ${took} s: ${changes}`);
    } catch (error) {
      if (!this.#stopped) this.#host.say(`Nothing was changed. ${(error as Error).message}`);
    }
  }

  /** Opens builds for the current functions; builds of the same entry file are kept. */
  async #openBuilds(): Promise<void> {
    const before = this.#builds;
    this.#builds = this.#host.functions().flatMap((fn) => {
      if (fn.entry === undefined) return [];
      const same = before.find((build) => build.fn.arn === fn.arn && build.fn.entry === fn.entry);
      if (same) same.fn = { ...fn, entry: fn.entry };
      return [same ?? new HandlerBuild(this.#host.root, this.#project, { ...fn, entry: fn.entry })];
    });
    await Promise.all(this.#builds.filter((build) => !before.includes(build)).map((build) => build.build()));
    this.#follow();
  }

  #follow(): void {
    this.#watch.follow(this.#builds.flatMap(({ inputs }) => [...inputs]));
  }
}
