import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What podman knows of an image. */
export interface ImageFacts {
  /** In bytes, its layers together. */
  size: number;
  user: string;
  entrypoint: string[];
  volumes: string[];
  /** Its files, without the folders that hold them: path and size in bytes. */
  files: { path: string; bytes: number; owner: string }[];
}

/** Builds images and runs containers without a daemon, in a store of its own. */
export class Podman {
  readonly #folder: string;

  /** @param folder where all of it is kept */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A command line of podman's. The storage driver copies, and needs nothing of the kernel. */
  command(...args: string[]): [string, ...string[]] {
    const at = (name: string): string => join(this.#folder, name);
    const store = ['--root', at('store'), '--runroot', at('run'), '--tmpdir', at('tmp'), '--storage-driver', 'vfs'];
    // No systemd and no journald is there to ask.
    return [
      'podman',
      ...store,
      '--cgroup-manager',
      'cgroupfs',
      '--events-backend',
      'file',
      '--runtime',
      'runc',
      ...args,
    ];
  }

  run(...args: string[]): string {
    const [program, ...rest] = this.command(...args);
    return execFileSync(program, rest, { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /**
   * Stands in for `node:24-slim` where no registry can be reached: the Node that runs this test, the libraries that it
   * loads, and nothing else, no shell either.
   */
  buildBase(name: string): void {
    const context = join(this.#folder, 'base');
    const add = (file: string, path: string): void => {
      mkdirSync(dirname(join(context, path)), { recursive: true });
      copyFileSync(file, join(context, path));
    };
    add(process.execPath, '/usr/local/bin/node');
    const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
    for (const [, library = ''] of libraries.matchAll(/(\/\S+) \(0x/g)) add(library, library);
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY usr /usr\nCOPY lib /lib\nCOPY lib64 /lib64\n');
    this.run('build', '--isolation', 'chroot', '--quiet', '--tag', name, context);
  }

  build(name: string, context: string, base: string): void {
    this.run('build', '--isolation', 'chroot', '--quiet', '--build-arg', `BASE=${base}`, '--tag', name, context);
  }

  inspect(name: string): ImageFacts {
    const [{ Size, Config }] = JSON.parse(this.run('image', 'inspect', name));
    const container = this.run('create', name, 'node').trim();
    const tar = join(this.#folder, 'files.tar');
    this.run('export', '--output', tar, container);
    this.run('rm', container);
    const listing = execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--file', tar], {
      encoding: 'utf8',
    });
    const files = [...listing.matchAll(/^-\S+ (\S+) +(\d+) \S+ \S+ (.+)$/gm)].map(([, owner = '', bytes, path]) => ({
      path: `/${path}`,
      bytes: Number(bytes),
      owner,
    }));
    return {
      size: Size,
      user: Config.User,
      entrypoint: Config.Entrypoint,
      volumes: Object.keys(Config.Volumes ?? {}),
      files,
    };
  }
}
