import { type BigIntStats, type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/** Folders without deployed files. */
const NO_SOURCES = new Set(['node_modules', 'cdk.out', 'test']);
/** After an event, a folder is read again this much later: many events come together. */
const READ_MS = 10;
/** Changes are collected this long: an editor saves in several steps. */
const SETTLE_MS = 40;
/** How often the folders of bundled files are read without an event: some file systems send none. */
const POLL_MS = 500;

/** A watched folder as it was read last. */
interface Folder {
  identity: string;
  watcher: FSWatcher | undefined;
  /** What identifies the content of each file, by name. */
  stamps: Map<string, string>;
}

/**
 * Reports saved files: those of a project, and those that are bundled, wherever they are. An event of the file system
 * says only where something happened. The folder is then read and compared: so a folder that is new already has its
 * files, and one that was removed and made again is watched again.
 */
export class SourceWatch {
  readonly #roots: readonly string[];
  readonly #onSaved: (files: readonly string[]) => void;
  readonly #folders = new Map<string, Folder>();
  /** Folders of bundled files. */
  #followed: ReadonlySet<string> = new Set();
  readonly #dirty = new Set<string>();
  readonly #saved = new Set<string>();
  #read: NodeJS.Timeout | undefined;
  #report: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;

  /**
   * @param roots folders whose trees are watched, without node_modules, cdk.out, test and hidden folders
   * @param onSaved called with absolute paths; some of the files may have been removed
   */
  constructor(roots: readonly string[], onSaved: (files: readonly string[]) => void) {
    this.#roots = roots;
    this.#onSaved = onSaved;
  }

  start(): void {
    for (const root of this.#roots) this.#add(root, false);
    this.#poll = setInterval(() => this.#readAll(this.#followed), POLL_MS).unref();
  }

  /** Also watches the folders of these files, in place of those given before, wherever they are. */
  follow(files: Iterable<string>): void {
    this.#followed = new Set([...files].map(dirname));
    // Parents too: a folder that is removed and made again sends no event itself.
    for (const folder of this.#followed) for (const one of [dirname(folder), folder]) this.#add(one, false);
  }

  stop(): void {
    clearTimeout(this.#read);
    clearTimeout(this.#report);
    clearInterval(this.#poll);
    for (const { watcher } of this.#folders.values()) watcher?.close();
    this.#folders.clear();
  }

  /** @param report whether its files count as saved: not where the watch begins */
  #add(path: string, report: boolean): void {
    const stats = statOf(path);
    if (!stats?.isDirectory()) return;
    // A folder that is made again may get the same inode.
    const identity = `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
    const known = this.#folders.get(path);
    if (known?.identity === identity) return;
    known?.watcher?.close();
    // Watched before it is read, so that nothing happens in between.
    this.#folders.set(path, { identity, watcher: this.#watch(path), stamps: known?.stamps ?? new Map() });
    this.#readFolder(path, report);
  }

  /** @returns nothing where the system has no watches left: bundled files are then found by reading their folders */
  #watch(path: string): FSWatcher | undefined {
    try {
      const watcher = watch(path, { persistent: false }, (_, name) => {
        // The folder itself was removed or renamed, or a file of the same name changed.
        if (name === basename(path)) this.#forget(path);
        this.#touch([path, dirname(path)]);
      });
      return watcher.on('error', () => this.#touch([path]));
    } catch {
      return undefined;
    }
  }

  /** Makes the next reading watch the folder again. */
  #forget(path: string): void {
    const known = this.#folders.get(path);
    if (known) known.identity = '';
  }

  #touch(paths: readonly string[]): void {
    for (const path of paths) this.#dirty.add(path);
    this.#read ??= setTimeout(() => {
      this.#read = undefined;
      const dirty = [...this.#dirty];
      this.#dirty.clear();
      this.#readAll(dirty);
    }, READ_MS);
  }

  #readAll(paths: Iterable<string>): void {
    for (const path of paths) {
      if (this.#folders.get(path)?.identity === '') this.#add(path, true);
      else if (this.#folders.has(path)) this.#readFolder(path, true);
      else if (this.#isWatched(path)) this.#add(path, true);
    }
  }

  #readFolder(path: string, report: boolean): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    const stamps = new Map<string, string>();
    for (const name of namesIn(path)) {
      const child = join(path, name);
      const stats = statOf(child);
      if (stats?.isFile()) stamps.set(name, `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`);
      else if (stats?.isDirectory() && this.#isWatched(child)) this.#add(child, report);
    }
    const before = folder.stamps;
    folder.stamps = stamps;
    if (!statOf(path)) this.#drop(path);
    if (!report) return;
    const changed = new Set([...before.keys(), ...stamps.keys()]);
    for (const name of changed) if (before.get(name) !== stamps.get(name)) this.#see(join(path, name));
  }

  /** Of a removed folder, and of those in it. */
  #drop(path: string): void {
    for (const [other, { watcher, stamps }] of this.#folders) {
      if (other !== path && !other.startsWith(path + sep)) continue;
      watcher?.close();
      this.#folders.delete(other);
      for (const name of stamps.keys()) this.#see(join(other, name));
    }
  }

  #isWatched(path: string): boolean {
    if ([...this.#followed].some((folder) => folder === path || dirname(folder) === path)) return true;
    return this.#roots.some(
      (root) => path === root || (path.startsWith(root + sep) && !isLeftOut(path.slice(root.length + 1))),
    );
  }

  #see(file: string): void {
    this.#saved.add(file);
    clearTimeout(this.#report);
    this.#report = setTimeout(() => {
      const files = [...this.#saved];
      this.#saved.clear();
      this.#onSaved(files);
    }, SETTLE_MS);
  }
}

/** Whether a path, relative to a project's folder, leads through a folder without deployed files, or a hidden one. */
export function isLeftOut(path: string): boolean {
  return path.split(sep).some((name) => NO_SOURCES.has(name) || name.startsWith('.'));
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined; // it cannot be read, or a link leads nowhere
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
