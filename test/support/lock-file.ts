import { readFileSync } from 'node:fs';

/** A package in package-lock.json. */
export interface LockedPackage {
  version: string;
  license?: string;
  deprecated?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  /** The systems that it is for; one of many that do the same. */
  os?: string[];
  cpu?: string[];
}

/** package-lock.json of the project: what `npm ci` installs on any machine. */
export class LockFile {
  /** By path, such as `node_modules/ws`. */
  readonly packages: Readonly<Record<string, LockedPackage>>;

  constructor() {
    const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
    delete packages['']; // the project itself
    this.packages = packages;
  }

  direct(name: string): LockedPackage | undefined {
    return this.packages[`node_modules/${name}`];
  }

  /** How many packages a direct dependency adds, without itself and packages for one kind of machine. */
  broughtBy(name: string): number {
    const seen = new Set<string>();
    const visit = (path: string): void => {
      const found = this.packages[path];
      if (found === undefined || seen.has(path)) return;
      seen.add(path);
      for (const needed of Object.keys({ ...found.dependencies, ...found.optionalDependencies })) {
        const at = this.#resolve(needed, path);
        if (at !== undefined && !this.packages[at]?.os && !this.packages[at]?.cpu) visit(at);
      }
    };
    visit(`node_modules/${name}`);
    return seen.size - 1;
  }

  /** As Node looks for a package: next to the importing one, then in parent folders. */
  #resolve(name: string, from: string): string | undefined {
    for (let folder = from; ; folder = folder.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
      const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
      if (this.packages[path]) return path;
      if (folder === '') return undefined;
    }
  }
}
