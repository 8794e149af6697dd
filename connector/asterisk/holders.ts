import type { AriClient } from '../../lib/ari/client.ts';
import type { OtherConnectors } from './others.ts';
import { holdersOf } from './presence.ts';

/** How long Asterisk may take to list its applications before an attempt to connect. */
const LOOK_LIMIT_MS = 3000;
/** How often a connector that waits for the bus looks whether another one still has its apps. */
const LOOK_AGAIN_MS = 2000;

export interface HoldersOptions {
  /** The node's name. */
  node: string;
  /** This connector's id. */
  instance: string;
  ari: AriClient;
  others: OtherConnectors | undefined;
  /** Resolves when the bus has accepted an entry since a time, in epoch milliseconds. */
  acceptedSince(time: number): Promise<void>;
  sleep(ms: number): Promise<unknown>;
}

/** Which other connectors hold a node's apps, as Asterisk lists them, and whether this connector may replace them. */
export class Holders {
  readonly #options: HoldersOptions;
  /** By app, as the last look has found them. */
  readonly #holders = new Map<string, readonly string[]>();
  /** By app, the connector that had it last, as far as that is known. */
  #last: ReadonlyMap<string, string> = new Map();
  #waitingFor: string | undefined;
  #stopped = false;

  constructor(options: HoldersOptions) {
    this.#options = options;
  }

  /** Other connectors that held the app at the last look. */
  of(app: string): readonly string[] {
    return this.#holders.get(app) ?? [];
  }

  /** Takes note of who had the apps last. @param last by app; undefined where that is not known */
  learn(last: ReadonlyMap<string, string> = new Map()): void {
    this.#last = last;
  }

  /**
   * Whether another connector can hand the app over: it is listed, and had the app last. Asterisk also lists one that answers
   * nothing, and from which a third one took the app: that one is gone if it is not listed.
   */
  canHandOver(app: string): boolean {
    const last = this.#last.get(app);
    return this.of(app).length > 0 && (last === undefined || this.of(app).includes(last));
  }

  /** What it waits for; undefined while it does not. */
  get waitingFor(): string | undefined {
    return this.#waitingFor;
  }

  /** Waits no longer than its present look. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Looks which other connectors hold the apps.
   *
   * @returns whether there are any
   * @throws where Asterisk does not answer: then it is not known
   */
  async look(apps: readonly string[]): Promise<boolean> {
    const { instance, ari } = this.#options;
    const listed = (await ari.applications.list({}, { timeoutMs: LOOK_LIMIT_MS })).map(({ name }) => name);
    for (const app of apps) this.#holders.set(app, holdersOf(app, listed, instance));
    return apps.some((app) => this.of(app).length > 0);
  }

  /**
   * Waits until this connector may replace those that the last look has found: only after the bus has accepted an entry from it.
   *
   * @param lostAt when this connector had the apps last, in epoch milliseconds; undefined where it had not
   * @returns `proven` when it may; `free` where nobody has the apps any more; `replaced` where others have taken them from
   *   this connector, and work
   */
  async prove(apps: readonly string[], lostAt: number | undefined): Promise<'proven' | 'free' | 'replaced'> {
    const { node, others, acceptedSince, sleep } = this.#options;
    const proof = acceptedSince(lostAt ?? 0).then(() => true);
    this.#waitingFor = 'waiting for the bus to accept an event before it takes over from another connector';
    try {
      // A look that fails does not show that nobody has them.
      for (let held = true; held && !this.#stopped; held = await this.look(apps).catch(() => true)) {
        const holders = apps.flatMap((app) => this.of(app));
        if (lostAt !== undefined && holders.every((holder) => others?.works(holder, node))) return 'replaced';
        if (await Promise.race([proof, sleep(LOOK_AGAIN_MS).then(() => false)])) return 'proven';
      }
      return 'free';
    } finally {
      this.#waitingFor = undefined;
    }
  }
}
