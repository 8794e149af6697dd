import type { DialledNode } from '../../lib/ari/ca-file.ts';
import type { AriClient } from '../../lib/ari/client.ts';
import type { CredentialsProvider } from '../../lib/ari/credentials.ts';
import type { Log } from '../../lib/log.ts';
import type { BackoffBounds } from '../backoff.ts';
import { AppLink } from './app-link.ts';
import { holdersOf, standbyName } from './presence.ts';

const POLL_MS = 2000;
/** How many polls in a row must find the app free: its holder may be reconnecting. */
const LOOKS = 3;

export interface StandbyOptions {
  node: DialledNode;
  app: string;
  credentials: CredentialsProvider;
  ari: AriClient;
  instance: string;
  log: Log;
  /** @default 2000 */
  pollMs?: number | undefined;
  backoff?: BackoffBounds | undefined;
  /** No connector holds the app any more. Called once; `since` is when one was last seen to hold it. */
  onFree(since: number): void;
}

/**
 * Stands by for an app that another connector has taken. Registers a standby name in Asterisk, which shows the other
 * connector that this one no longer holds the app. Calls `onFree` when the other connector is gone. Where the app was
 * taken by a program that is not a connector, it waits until Asterisk no longer lists the app.
 */
export class Standby {
  readonly #options: StandbyOptions;
  readonly #link: AppLink;
  #timer: NodeJS.Timeout | undefined;
  /** The connectors that were last seen to hold the app. */
  #holders: string[] = [];
  #free = 0;
  #lastHeld = Date.now();

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#link = new AppLink({
      node: options.node,
      apps: [standbyName(options.app, options.instance)],
      nameBeside: (name) => name,
      credentials: options.credentials,
      log: options.log.with({ standby: options.app }),
      backoff: options.backoff,
      // The connection only keeps the name registered: its events are not needed.
      emit: () => {},
    });
  }

  start(): void {
    this.#link.start();
    this.#schedule(0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#link.stop('no longer standing by');
  }

  #schedule(inMs = this.#options.pollMs ?? POLL_MS): void {
    this.#timer = setTimeout(() => void this.#look(), inMs);
  }

  async #look(): Promise<void> {
    const { ari, app, instance, log, onFree } = this.#options;
    let names: string[];
    try {
      names = (await ari.applications.list()).map(({ name }) => name);
    } catch {
      // Asterisk cannot be reached, so that no connector is connected: either may connect first when it is back.
      if (this.#timer) this.#schedule();
      return;
    }
    if (!this.#timer) return;
    const holders = holdersOf(app, names, instance);
    if (holders.length > 0) {
      this.#holders = holders;
      this.#lastHeld = Date.now();
    }
    // A program that is not a connector has taken it: from this connector, or from one that now stands by too.
    const foreign =
      this.#holders.length === 0 || this.#holders.some((holder) => names.includes(standbyName(app, holder)));
    this.#free = holders.length > 0 || (foreign && names.includes(app)) ? 0 : this.#free + 1;
    if (this.#free < LOOKS) {
      this.#schedule();
      return;
    }
    log.warn(`The connector that held the app "${app}" is gone: this connector takes it back`, { app });
    this.stop();
    onFree(this.#lastHeld);
  }
}
