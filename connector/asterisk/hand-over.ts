import type { AriClient } from '../../lib/ari/client.ts';
import type { Log } from '../../lib/log.ts';
import type { AppLink } from './app-link.ts';
import type { Comparison } from './comparison.ts';
import type { NodeState } from './node-state.ts';
import type { OtherConnectors } from './others.ts';
import { hasHandedOver } from './presence.ts';

/** How long a connector that was replaced may take to register its standby name. */
const HANDOVER_MS = 5000;
const HANDOVER_POLL_MS = 250;
/** How long a connector that has handed over may take to publish what it has read; then it is taken for published. */
const PUBLISHED_MS = 60_000;
/** How long after the connection its heartbeat can say so: it reads on for two seconds. */
const SETTLE_MS = 4000;

export interface HandOverOptions {
  comparison: Comparison;
  ari: AriClient;
  state: NodeState;
  others: OtherConnectors | undefined;
  log: Log;
  sleep(ms: number): Promise<unknown>;
}

/** What follows when a link has taken apps from other connectors: whether they hand over, and publish what they have read. */
export class HandOver {
  readonly #options: HandOverOptions;

  constructor(options: HandOverOptions) {
    this.#options = options;
  }

  /**
   * A connector that is alive registers its standby name at once. One that does not has left events that nobody publishes:
   * it is gone, or answers nothing.
   *
   * @param holders by app, the connectors that held it
   */
  async conclude(link: AppLink, holders: ReadonlyMap<string, readonly string[]>, connection: string): Promise<void> {
    const { comparison, state, log } = this.#options;
    const after = performance.now() + SETTLE_MS;
    const silent = await this.#silentOf(link, holders, connection);
    if (!link.isOpen(connection)) return;
    await comparison.resync(link, silent, connection, 'connector-silent');
    const kept = [...holders.keys()].filter((app) => !silent.includes(app));
    if (kept.length === 0) return;
    log.info('Took over from another connector', { connection, apps: kept });
    const since = state.gaps.from(kept);
    await comparison.adopt(link, kept, connection);
    const publishers = [...new Set(kept.flatMap((app) => holders.get(app) ?? []))];
    const confirm = () => comparison.confirm(link, kept, connection);
    if (await this.#arePublished(publishers, after, link, connection, confirm)) {
      await comparison.verify(link, kept, connection);
      return;
    }
    // What the other connector had read is lost with it.
    state.gaps.begin(kept, 'connector-silent', since ?? null);
    await comparison.recall(link, kept, connection);
    await comparison.resync(link, kept, connection, 'connector-silent');
  }

  /**
   * The apps whose holders do not register their standby names in time, or not before a third connector takes the apps: that
   * one takes this one's calls for known.
   */
  async #silentOf(
    link: AppLink,
    holders: ReadonlyMap<string, readonly string[]>,
    connection: string,
  ): Promise<string[]> {
    let silent = [...holders.keys()];
    const isWaiting = (): boolean => silent.some((app) => link.apps.includes(app));
    for (let waited = 0; isWaiting() && waited < HANDOVER_MS && link.isOpen(connection); ) {
      await this.#options.sleep(HANDOVER_POLL_MS);
      waited += HANDOVER_POLL_MS;
      const listed = await this.#listedNames();
      silent = silent.filter((app) => !hasHandedOver(app, listed, holders.get(app) ?? []));
    }
    return silent;
  }

  /** Names of Asterisk's applications; none where it does not answer. */
  async #listedNames(): Promise<string[]> {
    try {
      return (await this.#options.ari.applications.list()).map(({ name }) => name);
    } catch {
      return [];
    }
  }

  /**
   * Waits until the connectors that handed over have published what they had read.
   *
   * @param meanwhile called once a second
   * @returns false where one ended before
   */
  async #arePublished(
    instances: string[],
    after: number,
    link: AppLink,
    connection: string,
    meanwhile: () => Promise<void>,
  ): Promise<boolean> {
    const { others, sleep } = this.#options;
    if (!others) return true;
    const limit = performance.now() + PUBLISHED_MS;
    while (performance.now() < limit && link.isOpen(connection)) {
      await sleep(1000);
      await meanwhile();
      const said = instances.map((instance) => others.published(instance, after));
      if (said.includes('lost')) return false;
      if (said.every((one) => one === 'published')) return true;
    }
    return true;
  }
}
