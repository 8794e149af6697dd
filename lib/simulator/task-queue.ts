import { channelNotFound, type Refusal } from './refusal.ts';

/** Something that a channel or a bridge does for a while: a playback, a recording. */
export interface Task {
  begin(done: () => void): void;
  /** The channel is gone: ends what has begun, and what will never begin. */
  abort(): void;
}

/** One thing after the other: while a playback plays, the commands and the playbacks behind it wait. */
export class TaskQueue {
  #tasks: Task[] = [];
  #current: Task | undefined;

  get current(): Task | undefined {
    return this.#current;
  }

  push(task: Task): void {
    this.#tasks.push(task);
    if (!this.#current) this.#next();
  }

  /** Does something in its turn; rejects where the channel is gone before. */
  inTurn<T>(action: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.push({
        begin: (done) => {
          try {
            resolve(action());
          } catch (error) {
            reject(error as Refusal);
          }
          done();
        },
        abort: () => reject(channelNotFound()),
      });
    });
  }

  abort(): void {
    const all = this.#current ? [this.#current, ...this.#tasks] : this.#tasks;
    this.#current = undefined;
    this.#tasks = [];
    for (const task of all) task.abort();
  }

  #next(): void {
    const task = this.#tasks.shift();
    this.#current = task;
    task?.begin(() => {
      if (this.#current === task) this.#next();
    });
  }
}
