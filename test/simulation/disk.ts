import type { Random } from './random.ts';

/** Written bytes reach the device within this time; what is younger may be lost when the machine loses power. */
const WRITEBACK_MS = 5000;
const BLOCK = 4096;

class SimFile {
  data = Buffer.alloc(1024);
  size = 0;
  /** Writes that may not have reached the device: their time and their place. */
  recent: { at: number; start: number; end: number }[] = [];

  get content(): Buffer {
    return this.data.subarray(0, this.size);
  }

  resize(size: number): void {
    if (size > this.data.length) {
      const larger = Buffer.alloc(Math.max(size, this.data.length * 2));
      this.content.copy(larger);
      this.data = larger;
    }
    if (size > this.size) this.data.fill(0, this.size, size);
    this.size = size;
  }
}

/** How a disk fails at the moment. */
export interface DiskTrouble {
  /** How long each write takes, in milliseconds. */
  slowMs: number;
  /** No more bytes are free. */
  full: boolean;
  /** Each write fails with EIO. */
  broken: boolean;
}

/** What a process does with its disk, for who watches it. */
export interface DiskWatch {
  /** A state was saved, or a segment begun: the path of the file. */
  onFile(path: string): void;
  /** It reads again and again where nothing is. */
  onEndlessRead(): void;
}

/** So many reads in a row that give nothing are an endless loop. */
const MAX_EMPTY_READS = 1000;

/** A disk with files in one folder. It survives the processes that use it. */
export class Disk {
  readonly #files = new Map<string, SimFile>();
  /** Who has the lock of the journal's folder. */
  lockedBy: object | undefined;
  readonly trouble: DiskTrouble = { slowMs: 0, full: false, broken: false };

  /** Bytes of all files. */
  get bytes(): number {
    let sum = 0;
    for (const { size } of this.#files.values()) sum += size;
    return sum;
  }

  /**
   * Another program shortens the largest file whose name ends so.
   *
   * @param share how much of it stays, from 0 to 1
   * @returns whether there is one
   */
  shorten(ending: string, share: number): boolean {
    const [largest] = [...this.#files]
      .filter(([path, { size }]) => path.endsWith(ending) && size > 0)
      .map(([, file]) => file)
      .toSorted((a, b) => b.size - a.size);
    largest?.resize(Math.floor(largest.size * share));
    return largest !== undefined;
  }

  /** The machine loses power: of each file's last writes some are lost, torn, or zeros. */
  losePower(time: number, random: Random): void {
    for (const file of this.#files.values()) {
      const young = file.recent.filter(({ at }) => at > time - WRITEBACK_MS);
      const first = young[0];
      if (!first) continue;
      const last = Math.max(...young.map(({ end }) => end));
      const cut = random.between(first.start, Math.min(last, file.size));
      const kind = random.pick(['kept', 'lost', 'torn', 'zeros']);
      if (kind === 'lost') file.resize(Math.min(first.start, file.size));
      else if (kind === 'torn') file.resize(Math.min(cut, file.size));
      else if (kind === 'zeros') file.data.fill(0, cut, file.size);
      file.recent = [];
    }
  }

  /**
   * The part of `node:fs` that the connector uses, for one process.
   *
   * @param spend lets the process wait so many milliseconds
   */
  fs(time: () => number, spend: (ms: number) => void, watch: DiskWatch): object {
    let emptyReads = 0;
    const open = new Map<number, { file: SimFile; append: boolean }>();
    let next = 20;
    const files = this.#files;
    const named = (path: string): SimFile => {
      const file = files.get(path);
      if (!file) throw failure('ENOENT', `no such file or directory, open '${path}'`);
      return file;
    };
    const at = (fd: number): { file: SimFile; append: boolean } => {
      const entry = open.get(fd);
      if (!entry) throw failure('EBADF', 'bad file descriptor');
      return entry;
    };
    const write = (file: SimFile, data: Uint8Array, position: number): number => {
      const { slowMs, full, broken } = this.trouble;
      if (slowMs > 0) spend(slowMs);
      if (broken) throw failure('EIO', 'i/o error, write');
      // A full disk still has the rest of the file's last block.
      const room = full ? Math.ceil(file.size / BLOCK) * BLOCK - position : data.length;
      const length = Math.min(data.length, room);
      if (length <= 0 && data.length > 0) throw failure('ENOSPC', 'no space left on device, write');
      if (position + length > file.size) file.resize(position + length);
      file.data.set(data.subarray(0, length), position);
      file.recent = file.recent.filter(({ at: when }) => when > time() - WRITEBACK_MS);
      file.recent.push({ at: time(), start: position, end: position + length });
      return length;
    };
    const openSync = (path: string, flags: string): number => {
      if (flags === 'wx' && files.has(path)) throw failure('EEXIST', `file already exists, open '${path}'`);
      if (flags !== 'r' && this.trouble.broken) throw failure('EIO', `i/o error, open '${path}'`);
      if (flags !== 'r' && !files.has(path)) files.set(path, new SimFile());
      const file = named(path);
      if (flags.startsWith('w')) {
        file.resize(0);
        watch.onFile(path);
      }
      open.set(++next, { file, append: flags === 'a' });
      return next;
    };
    const writeFileSync = (path: string, data: string | Uint8Array, options?: { flag?: string }): void => {
      const fd = openSync(path, options?.flag ?? 'w');
      try {
        const bytes = typeof data === 'string' ? Buffer.from(data) : data;
        for (let done = 0; done < bytes.length; ) done += write(at(fd).file, bytes.subarray(done), at(fd).file.size);
      } finally {
        open.delete(fd);
      }
    };
    const inFolder = (folder: string): string[] =>
      [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
    return {
      mkdirSync: () => undefined,
      chmodSync: () => undefined,
      readdirSync: inFolder,
      existsSync: (path: string) => files.has(path),
      statfsSync: () => ({ bavail: this.trouble.full ? 0 : 2 ** 20, bsize: BLOCK }),
      statSync: (path: string) => ({ size: named(path).size }),
      fstatSync: (fd: number) => ({ size: at(fd).file.size }),
      openSync,
      closeSync: (fd: number) => {
        at(fd);
        open.delete(fd);
      },
      writeSync: (
        fd: number,
        data: Uint8Array,
        offset = 0,
        length = data.length - offset,
        position?: number | null,
      ) => {
        const { file, append } = at(fd);
        return write(file, data.subarray(offset, offset + length), append ? file.size : (position ?? file.size));
      },
      readSync: (fd: number, into: Uint8Array, offset: number, length: number, position: number) => {
        const part = at(fd).file.content.subarray(position, position + length);
        into.set(part, offset);
        emptyReads = part.length === 0 ? emptyReads + 1 : 0;
        if (emptyReads > MAX_EMPTY_READS) {
          watch.onEndlessRead();
          throw failure('EIO', 'i/o error, read');
        }
        return part.length;
      },
      ftruncateSync: (fd: number, size: number) => at(fd).file.resize(size),
      truncateSync: (path: string, size: number) => named(path).resize(size),
      readFileSync: (path: string, encoding?: 'utf8') => {
        const content = Buffer.from(named(path).content);
        return encoding === undefined ? content : content.toString(encoding);
      },
      writeFileSync,
      appendFileSync: (path: string, data: string) => writeFileSync(path, data, { flag: 'a' }),
      renameSync: (from: string, to: string) => {
        files.set(to, named(from));
        files.delete(from);
      },
      rmSync: (path: string, options?: { force?: boolean }) => {
        if (!files.delete(path) && !options?.force) throw failure('ENOENT', `no such file or directory, rm '${path}'`);
      },
      unlinkSync: (path: string) => {
        named(path);
        files.delete(path);
      },
    };
  }
}

function failure(code: string, text: string): Error {
  return Object.assign(new Error(`${code}: ${text}`), { code });
}
