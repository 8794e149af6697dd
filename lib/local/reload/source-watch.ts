import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';

const SOURCES = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json']);
/** Folders without deployed files. */
const NO_SOURCES = new Set(['node_modules', 'cdk.out', 'test']);
/** Changes are collected this long: an editor saves in several steps. */
const SETTLE_MS = 40;

/** Reports saved source files of a project. Folders are watched one by one: a whole tree includes node_modules. */
export class SourceWatch {
  readonly #root: string;
  readonly #onSaved: (files: readonly string[]) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #saved = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onSaved called with absolute paths; some of the files may have been removed */
  constructor(root: string, onSaved: (files: readonly string[]) => void) {
    this.#root = root;
    this.#onSaved = onSaved;
  }

  async start(): Promise<void> {
    await this.#addTree(this.#root);
  }

  /** Also watches the folders of these files, which may be outside the project's folder. */
  addFolders(files: Iterable<string>): void {
    for (const file of files) if (!file.includes('/node_modules/')) this.#add(dirname(file));
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #addTree(folder: string): Promise<void> {
    this.#add(folder);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    await Promise.all(
      entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NO_SOURCES.has(entry.name))
        .map((entry) => this.#addTree(join(folder, entry.name))),
    );
  }

  #add(folder: string): void {
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => name !== null && this.#see(folder, name));
      watcher.on('error', () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // The folder has been removed already.
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  #see(folder: string, name: string): void {
    const path = join(folder, name);
    if (name.startsWith('.')) return;
    if (SOURCES.has(extname(name))) {
      this.#saved.add(path);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#tell(), SETTLE_MS);
    } else if (extname(name) === '' && !NO_SOURCES.has(name) && !relative(this.#root, path).startsWith('..')) {
      void this.#addTree(path); // a new folder, perhaps
    }
  }

  #tell(): void {
    const files = [...this.#saved];
    this.#saved.clear();
    this.#onSaved(files);
  }
}
