import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, parseJson } from '../../lib/json.ts';

/** Where a segment's lines begin that are later than the state. */
export interface Position {
  segment: number;
  line: number;
}

/** A node's state, and the position in its journal up to which the state contains the events. */
export interface SavedState extends Position {
  state: unknown;
}

/** The file with a node's state, `pbx-1.state`. It is replaced as a whole, so that a process that ends leaves no half of it. */
export class StateFile {
  readonly #path: string;

  constructor(folder: string, node: string) {
    this.#path = join(folder, `${node}.state`);
  }

  /** What an earlier process saved; undefined where there is nothing, or where it is damaged. */
  read(): SavedState | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return undefined;
    }
    const saved = parseJson(text);
    return isJsonObject(saved) && typeof saved.segment === 'number' && typeof saved.line === 'number'
      ? { segment: saved.segment, line: saved.line, state: saved.state }
      : undefined;
  }

  /**
   * @returns its size, in bytes
   * @throws when it cannot be written; then the earlier one is kept
   */
  write(saved: SavedState): number {
    const text = JSON.stringify(saved);
    try {
      writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
    } catch (error) {
      rmSync(`${this.#path}.new`, { force: true });
      throw error;
    }
    renameSync(`${this.#path}.new`, this.#path);
    return text.length;
  }
}
