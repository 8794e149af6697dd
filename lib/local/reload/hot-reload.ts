import { relative } from 'node:path';
import type { LocalFunction } from '../template/index.ts';
import { HandlerBuild } from './handler-build.ts';
import { SourceWatch } from './source-watch.ts';

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
  readonly #watch: SourceWatch;
  #builds: HandlerBuild[] = [];
  /** Code that was replaced without synthesizing, and when. */
  readonly #placed = new Map<string, { folder: string; at: number }>();
  #synthesizing: Promise<void> | undefined;
  #synthesizeAgain = false;
  #stopped = false;

  constructor(host: HotReloadHost) {
    this.#host = host;
    this.#watch = new SourceWatch(host.root, (files) => void this.#onSaved(files));
  }

  async start(): Promise<void> {
    await this.#watch.start();
    await this.#openBuilds();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch.stop();
    await this.#synthesizing;
    await Promise.all(this.#builds.map((build) => build.close()));
  }

  async #onSaved(files: readonly string[]): Promise<void> {
    if (this.#stopped) return;
    const concerned = this.#builds.filter(
      (build) => build.fault !== undefined || files.some((file) => build.inputs.has(file)),
    );
    await Promise.all(concerned.map((build) => this.#reload(build, files)));
    const isOwn = (file: string): boolean => this.#builds.some((build) => build.isOwn(file));
    if (!files.every(isOwn)) this.#synthesizeAgain = true;
    // A handler that cannot be bundled would fail the CDK app as well, and has been reported.
    if (this.#synthesizeAgain && this.#builds.every(({ fault }) => fault === undefined)) this.#synthesize();
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
      if (same) same.fn = fn;
      return [same ?? new HandlerBuild(this.#host.root, { ...fn, entry: fn.entry })];
    });
    await Promise.all(before.filter((build) => !this.#builds.includes(build)).map((build) => build.close()));
    await Promise.all(this.#builds.filter((build) => !before.includes(build)).map((build) => build.build()));
    for (const { inputs } of this.#builds) this.#watch.addFolders(inputs);
  }
}
