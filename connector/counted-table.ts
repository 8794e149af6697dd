import { reasonOf } from '../lib/ari/errors.ts';
import type { Log } from '../lib/log.ts';
import type { StateChange, StateItem, StateTable } from './state-table.ts';

/** A table that counts its failures, and logs when they begin and end. */
export class CountedTable implements StateTable {
  readonly #table: StateTable;
  readonly #log: Log;
  #failing = false;
  /** Requests that failed, since the process began. */
  failures = 0;

  constructor(table: StateTable, log: Log) {
    this.#table = table;
    this.#log = log;
  }

  read(of: string, isFresh: boolean): Promise<StateItem[]> {
    return this.#counted(this.#table.read(of, isFresh));
  }

  write(changes: readonly StateChange[]): Promise<void> {
    return this.#counted(this.#table.write(changes));
  }

  async #counted<T>(request: Promise<T>): Promise<T> {
    try {
      const answer = await request;
      if (this.#failing) this.#log.info('The state table answers again');
      this.#failing = false;
      return answer;
    } catch (error) {
      this.failures += 1;
      if (!this.#failing) {
        this.#log.error(
          `The state table fails: ${reasonOf(error)}. Events are forwarded as before. Until it answers, a connector that starts on an empty disk does not know which calls were announced, and a standby does not see a connector that is stopped or cut off.`,
        );
      }
      this.#failing = true;
      throw error;
    }
  }
}
