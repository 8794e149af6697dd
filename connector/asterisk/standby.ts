import type { DialledNode } from '../../lib/ari/ca-file.ts';
import type { AriClient } from '../../lib/ari/client.ts';
import type { CredentialsProvider } from '../../lib/ari/credentials.ts';
import type { Log } from '../../lib/log.ts';
import type { BackoffBounds } from '../backoff.ts';
import { AppLink } from './app-link.ts';
import type { OtherConnectors } from './others.ts';
import { standbyName } from './presence.ts';
import { StandingApp } from './standing-app.ts';

const POLL_MS = 2000;
/** How often the heartbeats of those that hold the apps are looked at: that asks nobody. */
const WATCH_MS = 250;
/** Apps that are taken one after another get one socket. */
const GATHER_MS = 50;

/** Where a free app comes from: a connector that is gone or silent, or a program that is not a connector. */
export type FreeFrom = 'connector' | 'foreign';

export interface StandbyOptions {
  node: DialledNode;
  credentials: CredentialsProvider;
  ari: AriClient;
  instance: string;
  /** What is known of other connectors beside Asterisk's names. @default nothing */
  others?: OtherConnectors | undefined;
  /** Resolves when the bus has accepted an entry about the take-over of apps from connectors that do not work. */
  prove(apps: readonly string[], from: readonly string[]): Promise<void>;
  log: Log;
  /** @default 2000 */
  pollMs?: number | undefined;
  backoff?: BackoffBounds | undefined;
  /** Another connector holds the app. Called at each look that finds it. */
  onHeld(app: string): void;
  /**
   * A program that is not a connector has taken the app. Called once for each time it stands by.
   *
   * @param takesBackAt when this connector takes it back, in epoch milliseconds; undefined for never
   */
  onForeign(app: string, takesBackAt: number | undefined): void;
  /** The apps are to be taken: nobody holds them any more, or they were left to another program for long enough. */
  onFree(apps: StandingApp[], from: FreeFrom): void;
}

/**
 * Stands by for apps of a node that other connectors have taken, with one socket and one poll for all of them. The socket
 * registers standby names in Asterisk, which show the other connectors that this one no longer holds the apps.
 */
export class Standby {
  readonly #options: StandbyOptions;
  readonly #apps = new Map<string, StandingApp>();
  #link: AppLink | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #polling: NodeJS.Timeout | undefined;
  #watching: NodeJS.Timeout | undefined;
  #looking = false;
  /** Apps whose take-over from a silent connector was proven, or is being proven. */
  readonly #proofs = new Map<string, 'awaited' | 'given'>();

  constructor(options: StandbyOptions) {
    this.#options = options;
  }

  /** @param takeBackMs how long the app is left to a program that is not a connector, in milliseconds; undefined for ever */
  add(app: string, takeBackMs: number | undefined): void {
    const { instance, node, others } = this.#options;
    this.#apps.set(app, new StandingApp({ app, instance, node: node.name, others, takeBackMs }));
    this.#register();
    if (this.#polling) return;
    this.#schedule(0);
    if (others) this.#watching = setInterval(() => this.#watch(), WATCH_MS);
  }

  get apps(): string[] {
    return [...this.#apps.keys()];
  }

  /** Of each app. */
  get statuses(): { ready: boolean; says: string }[] {
    return [...this.#apps.values()].map(({ status }) => status);
  }

  /** Apps that another connector holds, as far as that is known. */
  get heldByOthers(): string[] {
    return [...this.#apps.values()].filter(({ holders }) => holders.length > 0).map(({ app }) => app);
  }

  stop(): void {
    this.#apps.clear();
    this.#rest();
    this.#register();
  }

  /** Registers the names of the present apps, and no others. */
  #register(): void {
    void this.#link?.stop('standing by for other apps');
    this.#link = undefined;
    clearTimeout(this.#gathering);
    if (this.#apps.size === 0) return;
    this.#gathering = setTimeout(() => {
      const { node, credentials, instance, log, backoff } = this.#options;
      this.#link = new AppLink({
        node,
        apps: this.apps.map((app) => standbyName(app, instance)),
        nameBeside: (name) => name,
        credentials,
        log: log.with({ standby: this.apps.join() }),
        backoff,
        // The connection only keeps the names registered: its events are not needed.
        emit: () => {},
      });
      this.#link.start();
    }, GATHER_MS);
  }

  #rest(): void {
    clearTimeout(this.#polling);
    clearInterval(this.#watching);
    this.#polling = undefined;
  }

  #schedule(inMs = this.#options.pollMs ?? POLL_MS): void {
    clearTimeout(this.#polling);
    this.#polling = setTimeout(() => void this.#look(), inMs);
  }

  /** Asks Asterisk without waiting for the next poll where a connector that holds an app does not work any more. */
  #watch(): void {
    const isOut = [...this.#apps.values()].some(
      ({ app, holdersAreOut }) => holdersAreOut && this.#proofs.get(app) !== 'awaited',
    );
    if (isOut) void this.#look();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    let names: string[] | undefined;
    try {
      names = (await this.#options.ari.applications.list()).map(({ name }) => name);
    } catch {
      // Asterisk cannot be reached, so that no connector is connected: either may connect first when it is back.
    }
    this.#looking = false;
    if (!this.#polling) return;
    if (names) this.#judge(names);
    if (this.#apps.size > 0) this.#schedule();
  }

  #judge(names: readonly string[]): void {
    const free: Record<FreeFrom, StandingApp[]> = { connector: [], foreign: [] };
    const silent: StandingApp[] = [];
    for (const standing of this.#apps.values()) {
      const { app } = standing;
      const finding = standing.look(names, () => this.#noteForeign(standing));
      if (standing.holders.length > 0) this.#options.onHeld(app);
      if (finding === 'free') {
        const says = `The program that held the app "${app}" is gone: this connector takes it back`;
        this.#options.log.warn(says, { app });
      }
      if (finding === 'free' || (finding === 'silent' && this.#proofs.get(app) === 'given'))
        free.connector.push(standing);
      else if (finding === 'foreign') free.foreign.push(standing);
      else if (finding === 'silent' && !this.#proofs.has(app)) silent.push(standing);
      // It works again.
      if (finding === 'held' && this.#proofs.get(app) === 'given') this.#proofs.delete(app);
    }
    if (silent.length > 0) this.#prove(silent);
    this.#release(free);
  }

  /** The holder does not work; this connector takes its apps only if it works itself. */
  #prove(silent: readonly StandingApp[]): void {
    const apps = silent.map(({ app }) => app);
    const holders = [...new Set(silent.flatMap((standing) => standing.holders))];
    for (const app of apps) this.#proofs.set(app, 'awaited');
    this.#options.log.warn('A connector that holds apps does not work any more: this connector takes them over', {
      apps,
      from: holders,
    });
    void this.#options.prove(apps, holders).then(() => {
      for (const app of apps) this.#proofs.set(app, 'given');
      if (this.#polling) void this.#look();
    });
  }

  #release(free: Record<FreeFrom, StandingApp[]>): void {
    const { log, onFree } = this.#options;
    const leaving = [...free.connector, ...free.foreign];
    if (leaving.length === 0) return;
    for (const { app } of leaving) {
      this.#apps.delete(app);
      this.#proofs.delete(app);
    }
    if (this.#apps.size === 0) this.#rest();
    this.#register();
    for (const { app } of free.foreign) {
      log.warn(`This connector takes the app "${app}" back from a program that is not a connector`, { app });
    }
    for (const from of ['connector', 'foreign'] as const) if (free[from].length > 0) onFree(free[from], from);
  }

  #noteForeign({ app, takeBackMs, takesBackAt }: StandingApp): void {
    const { log, onForeign } = this.#options;
    const follows =
      takeBackMs === undefined
        ? 'The connector leaves it there, as `foreign` of the node says'
        : `The connector takes it back ${Math.round(takeBackMs / 1000)} s after that. Stop that program, or set \`foreign\` of the node to "leave" in cdk.json`;
    log.warn(`A program that is not a connector has taken the app "${app}": its events do not arrive. ${follows}.`, {
      app,
    });
    onForeign(app, takesBackAt);
  }
}
