import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** SQLite's result code for a database that another process has locked. */
const BUSY = 5;
/** How long a process that ends may take to give the lock back, in milliseconds. */
const WAIT_MS = 2000;

/** Databases whose locks this process has: one that is collected as garbage would give its lock back. */
const held = new Set<DatabaseSync>();

/** Another process uses the journal's folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';

  constructor(folder: string) {
    super(
      `Another process uses the journal's folder ${folder}: two would publish each other's events twice, and remove each other's files. Stop that process, or set JOURNAL_FOLDER to a folder of this one alone.`,
    );
  }
}

/**
 * Locks the journal's folder until the process ends, however it ends: Node.js has no file locks of its own, but SQLite
 * takes one of the kernel's, which also other containers on the same volume see. The folder is created where it does not
 * exist, and only this user may read it. Where that is not possible, there is no lock: the journal reports why it cannot be
 * written.
 *
 * @returns releases the lock
 * @throws FolderInUse when another process has it
 */
export function lockFolder(folder: string): () => void {
  let database: DatabaseSync;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = new DatabaseSync(join(folder, 'lock'), { timeout: WAIT_MS });
  } catch {
    return () => {};
  }
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === BUSY) throw new FolderInUse(folder);
    return () => {};
  }
  closeToOthers(folder);
  held.add(database);
  return () => {
    held.delete(database);
    database.close();
  };
}

/** Only the owner may; where that is another user, the folder stays as it is. */
function closeToOthers(folder: string): void {
  try {
    chmodSync(folder, 0o700);
    chmodSync(join(folder, 'lock'), 0o600);
  } catch {}
}
