import type { AnnouncedStay, NodeHistory } from './asterisk/index.ts';
import { stayOfEventId } from './call-records.ts';
import type { EventBus } from './event-bus.ts';
import type { JournalRecord } from './journal/index.ts';
import type { StateChange, StateItem, StateTable } from './state-table.ts';

const WRITE_MS = 1000;
/** The first change waits so long for those that come with it. */
const GATHER_MS = 20;
/** So many changes are written in one request. */
const BATCH = 25;
/** More than an Asterisk has calls. Beyond, the oldest changes that the table did not take are forgotten. */
const MAX_CHANGES = 50_000;
/** DynamoDB takes items of 400 KB. A channel that is larger is kept by its id only. */
const MAX_SNAPSHOT_BYTES = 300_000;
/** DynamoDB removes a stay whose end nobody noted after so long. */
const KEEP_SECONDS = 14 * 24 * 3600;
/** The item that shows that a connector has served the node. */
const SERVED = '-';
/** Before an app's name: the item of the connector that had the app last. */
const HOLDER = 'holder#';

/**
 * What a successor has to know of a node, in the table that all connectors share: an item for each stay whose `StasisStart`
 * was accepted, until its `StasisEnd` is, and an item for each app. Written at most once a second; no event waits for it. Two
 * connectors that write about one stay write the same, as its id is the same for both.
 */
export class Announced {
  readonly #table: StateTable;
  readonly #bus: EventBus;
  readonly #instance: string;
  /** What is not written yet, by item. */
  readonly #changes = new Map<string, () => StateChange>();
  /** Until it ends, nothing more is written. */
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #writing: Promise<void> | undefined;

  /** @param instance this connector's id */
  constructor(table: StateTable, bus: EventBus, instance: string) {
    this.#table = table;
    this.#bus = bus;
    this.#instance = instance;
  }

  /** Writes nothing more by itself. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** The bus has accepted a record. */
  accepted(record: JournalRecord): void {
    const { kind, type, id, node } = record;
    if (kind !== 'event' || (type !== 'StasisStart' && type !== 'StasisEnd')) return;
    const stay = stayOfEventId(node, id);
    if (stay === undefined) return;
    this.#note(node, stay, () => this.#changeOf(record, stay));
  }

  /** This connector has got apps of a node. */
  took(node: string, apps: readonly string[]): void {
    const by = this.#instance;
    for (const app of apps) {
      const item = HOLDER + app;
      this.#note(node, item, () => ({ put: { of: ownerOf(node), item, by } }));
    }
  }

  /** This connector has lost an app of a node: who has it now says so itself, so that what is not written yet never is. */
  lost(node: string, app: string): void {
    this.#changes.delete(keyOf(node, HOLDER + app));
  }

  #note(node: string, item: string, change: () => StateChange): void {
    const key = keyOf(node, item);
    this.#changes.delete(key);
    this.#changes.set(key, change);
    const [oldest] = this.#changes.keys();
    if (this.#changes.size > MAX_CHANGES && oldest !== undefined) this.#changes.delete(oldest);
    if (!this.#timer && !this.#stopped) this.#writeAfter(GATHER_MS);
  }

  /** Writes, and nothing more for a second. */
  #writeAfter(ms: number): void {
    this.#timer = setTimeout(() => {
      void this.write();
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        if (this.#changes.size > 0 && !this.#stopped) this.#writeAfter(0);
      }, WRITE_MS).unref();
    }, ms).unref();
  }

  /** Writes what is not written yet; what the table does not take is written the next time. Never rejects. */
  write(): Promise<void> {
    this.#writing ??= this.#write()
      .catch(() => undefined)
      .finally(() => {
        this.#writing = undefined;
      });
    return this.#writing;
  }

  /**
   * What earlier connectors have left to know of a node. Notes that it is served from now on.
   *
   * @throws where the table does not answer
   */
  async of(node: string): Promise<NodeHistory> {
    const of = ownerOf(node);
    const items = await this.#table.read(of, true);
    if (items.length === 0) await this.#table.write([{ put: { of, item: SERVED } }]);
    const holders = items.filter(({ item }) => item.startsWith(HOLDER));
    return {
      isServed: items.length > 0,
      stays: items.filter(({ item }) => item !== SERVED && !item.startsWith(HOLDER)).map(stayOf),
      holders: new Map(holders.map(({ item, by }) => [item.slice(HOLDER.length), String(by)])),
    };
  }

  async #write(): Promise<void> {
    const changes = [...this.#changes];
    for (let at = 0; at < changes.length; at += BATCH) {
      const batch = changes.slice(at, at + BATCH);
      await this.#table.write(batch.map(([, change]) => change()));
      for (const [key, change] of batch) if (this.#changes.get(key) === change) this.#changes.delete(key);
    }
  }

  #changeOf({ node, type, app, entry }: JournalRecord, stay: string): StateChange {
    const keys = { of: ownerOf(node), item: stay };
    if (type === 'StasisEnd') return { remove: keys };
    const { channel = {} } = this.#bus.detailOf(entry) as { channel?: Record<string, unknown> };
    const shown = JSON.stringify(channel);
    const snapshot = shown.length > MAX_SNAPSHOT_BYTES ? JSON.stringify({ id: channel.id }) : shown;
    const expires = Math.round(Date.now() / 1000) + KEEP_SECONDS;
    return { put: { ...keys, app, channel: String(channel.id), snapshot, expires } };
  }
}

function keyOf(node: string, item: string): string {
  return `${node}\n${item}`;
}

function ownerOf(node: string): string {
  return `node#${node}`;
}

function stayOf({ item, app, channel, snapshot }: StateItem): AnnouncedStay {
  return {
    channelId: String(channel),
    app: String(app),
    stay: item,
    snapshot: JSON.parse(String(snapshot)) as Record<string, unknown>,
  };
}
