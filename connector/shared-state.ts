import type { Log } from '../lib/log.ts';
import { Announced } from './announced.ts';
import type { NodeHistory } from './asterisk/index.ts';
import { CountedTable } from './counted-table.ts';
import type { EventBus } from './event-bus.ts';
import { type Heartbeat, Heartbeats } from './heartbeats.ts';
import type { JournalRecord } from './journal/index.ts';
import type { StateTable } from './state-table.ts';
import { within } from './within.ts';

/** How long a connector that stops may take to write its last state. */
const LAST_WRITE_MS = 1500;

export interface SharedStateOptions {
  table: StateTable;
  /** This connector's id. */
  instance: string;
  bus: EventBus;
  heartbeat(): Heartbeat;
  log: Log;
}

/** What connectors know of each other, which calls earlier ones have announced, and who had the apps last: it outlives a task and its disk. */
export class SharedState {
  readonly #table: CountedTable;
  readonly #announced: Announced;
  readonly heartbeats: Heartbeats;

  constructor({ table, instance, bus, heartbeat, log }: SharedStateOptions) {
    this.#table = new CountedTable(table, log);
    this.#announced = new Announced(this.#table, bus, instance);
    this.heartbeats = new Heartbeats({ table: this.#table, instance, heartbeat });
  }

  /** Requests to the table that failed. */
  get failures(): number {
    return this.#table.failures;
  }

  start(): void {
    this.heartbeats.start();
  }

  /** The bus has accepted a record. */
  accepted(record: JournalRecord): void {
    this.#announced.accepted(record);
  }

  /** This connector has got apps of a node. */
  took(node: string, apps: readonly string[]): void {
    this.#announced.took(node, apps);
  }

  /** This connector has lost an app of a node to another one. */
  lost(node: string, app: string): void {
    this.#announced.lost(node, app);
  }

  /** What earlier connectors have left to know of a node; undefined where the table does not answer within so many milliseconds. */
  async historyOf(node: string, limitMs: number): Promise<NodeHistory | undefined> {
    let history: NodeHistory | undefined;
    const read = this.#announced.of(node).then(
      (known) => {
        history = known;
      },
      () => {},
    );
    await within(read, Date.now() + limitMs);
    return history;
  }

  /** Writes which calls were announced, and that this connector has stopped. */
  async stop(): Promise<void> {
    this.#announced.stop();
    await within(Promise.all([this.#announced.write(), this.heartbeats.stop()]), Date.now() + LAST_WRITE_MS);
  }
}
