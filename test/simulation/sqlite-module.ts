import type { Disk } from './disk.ts';
import type { SimProcess } from './sim-process.ts';

/** What the connector uses of `node:sqlite`: a lock that a process has until it ends. */
export function sqliteModule(disk: Disk, process: SimProcess): object {
  class DatabaseSync {
    constructor() {
      if (disk.trouble.broken) throw new Error('unable to open database file');
    }

    exec(): void {
      if (disk.lockedBy !== undefined && disk.lockedBy !== process) {
        throw Object.assign(new Error('database is locked'), { errcode: 5 });
      }
      disk.lockedBy = process;
      process.onEnd.push(() => this.close());
    }

    close(): void {
      if (disk.lockedBy === process) disk.lockedBy = undefined;
    }
  }
  return { DatabaseSync };
}
