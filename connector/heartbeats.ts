import type { OtherConnectors } from './asterisk/index.ts';
import type { StateItem, StateTable } from './state-table.ts';

/** The owner of the items. */
const OF = 'connectors';
/** How often the connector looks what is to do. */
const TICK_MS = 250;
/** A heartbeat is written so often, and at once where it says something else. */
const BEAT_MS = 1000;
const READ_MS = 500;
/** A connector whose heartbeat has not changed for so long, and in so many reads in a row, does not run. */
const STALE_MS = 2500;
const STALE_READS = 4;
/** What was read longer ago says nothing. */
const FORGET_MS = 3000;
/** DynamoDB removes the item of a connector that is gone after so long. */
const KEEP_SECONDS = 24 * 3600;

/** What a connector says of itself. */
export interface Heartbeat {
  /** The nodes that it is connected to, and that answer it. */
  hears: string[];
  /** Whether the bus accepts its entries. */
  publishes: boolean;
  /** Events that it has read and not published. */
  waiting: number;
  /** When the bus last accepted an entry from it, in epoch milliseconds. */
  acceptedAt: number;
}

export interface HeartbeatsOptions {
  table: StateTable;
  /** This connector's id. */
  instance: string;
  heartbeat(): Heartbeat;
}

interface Other {
  beat: number;
  hears: string[];
  publishes: boolean;
  waiting: number;
  stopped: boolean;
  /** When a read first showed this beat, by this process's monotonic clock, and in how many reads it has not changed. */
  since: number;
  reads: number;
  /** Whether it was seen to change: one that is read for the first time may be of a process that is gone. */
  hasChanged: boolean;
}

/**
 * The heartbeats of all connectors, in the table that they share. They show what Asterisk's list of names does not: a
 * process that is stopped, or cut off, stays listed. No clocks are compared: a connector runs while its heartbeat changes.
 */
export class Heartbeats implements OtherConnectors {
  readonly #options: HeartbeatsOptions;
  readonly #others = new Map<string, Other>();
  #beat = 0;
  #written = { at: Number.NEGATIVE_INFINITY, says: '' };
  #readAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;
  #reading = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
    this.#tick();
  }

  /** Writes the last heartbeat, which says that this connector has stopped. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.#write(true);
  }

  works(instance: string, node: string): boolean | undefined {
    const other = this.#known(instance);
    if (!other) return undefined;
    if (!this.#runs(other)) return false;
    return other.hasChanged ? other.publishes && other.hears.includes(node) : undefined;
  }

  published(instance: string, after: number): 'published' | 'lost' | undefined {
    const other = this.#known(instance);
    if (!other) return undefined;
    if (other.waiting === 0 && (other.stopped || other.since >= after)) return 'published';
    return this.#runs(other) ? undefined : 'lost';
  }

  /** The nodes that other connectors are connected to, whether or not the bus accepts their entries now. */
  get servedByOthers(): string[] {
    if (this.#isOld) return [];
    return [...this.#others.values()].flatMap((other) => (other.hasChanged && this.#runs(other) ? other.hears : []));
  }

  get #isOld(): boolean {
    return performance.now() - this.#readAt > FORGET_MS;
  }

  #known(instance: string): Other | undefined {
    return this.#isOld ? undefined : this.#others.get(instance);
  }

  #runs({ stopped, since, reads }: Other): boolean {
    return !stopped && (reads < STALE_READS || performance.now() - since < STALE_MS);
  }

  #tick(): void {
    const now = performance.now();
    const { hears, publishes } = this.#options.heartbeat();
    const says = `${publishes} ${hears.join()}`;
    if (!this.#writing && (now - this.#written.at >= BEAT_MS || says !== this.#written.says)) {
      this.#written = { at: now, says };
      this.#writing = this.#write(false).finally(() => {
        this.#writing = undefined;
      });
    }
    if (!this.#reading && now - this.#triedAt >= READ_MS) void this.#read();
  }

  async #write(stopped: boolean): Promise<void> {
    const { table, instance, heartbeat } = this.#options;
    const { hears, publishes, waiting, acceptedAt } = heartbeat();
    this.#beat += 1;
    const item: StateItem = {
      of: OF,
      item: instance,
      beat: this.#beat,
      hears: JSON.stringify(stopped ? [] : hears),
      publishes: publishes ? 1 : 0,
      waiting,
      acceptedAt,
      stopped: stopped ? 1 : 0,
      expires: Math.round(Date.now() / 1000) + KEEP_SECONDS,
    };
    // The table reports its failures itself.
    await table.write([{ put: item }]).catch(() => undefined);
  }

  async #read(): Promise<void> {
    const { table, instance } = this.#options;
    this.#reading = true;
    this.#triedAt = performance.now();
    try {
      const items = await table.read(OF, false);
      const gone = new Set(this.#others.keys());
      this.#readAt = performance.now();
      for (const item of items) {
        gone.delete(item.item);
        if (item.item !== instance) this.#note(item);
      }
      for (const other of gone) this.#others.delete(other);
    } catch {
      // What is not read is not known.
    } finally {
      this.#reading = false;
    }
  }

  #note({ item, beat, hears, publishes, waiting, stopped }: StateItem): void {
    const known = this.#others.get(item);
    if (known && known.beat === beat) {
      known.reads += 1;
      return;
    }
    this.#others.set(item, {
      beat: Number(beat),
      hears: JSON.parse(String(hears)) as string[],
      publishes: publishes === 1,
      waiting: Number(waiting),
      stopped: stopped === 1,
      since: performance.now(),
      reads: 0,
      hasChanged: known !== undefined,
    });
  }
}
