import type { DialledNode } from '../../lib/ari/ca-file.ts';
import type { AriClient } from '../../lib/ari/client.ts';
import type { CredentialsProvider } from '../../lib/ari/credentials.ts';
import type { Log } from '../../lib/log.ts';
import type { BackoffBounds } from '../backoff.ts';
import { AppLink } from './app-link.ts';
import { holdersOf, standbyName } from './presence.ts';

const POLL_MS = 2000;
/** So many looks in a row have to find the app free: its holder may merely be reconnecting. */
const LOOKS = 3;

export interface StandbyOptions {
  node: DialledNode;
  app: string;
  credentials: CredentialsProvider;
  ari: AriClient;
  instance: string;
  log: Log;
  /** @default 2000 */
  pollMs?: number;
  backoff?: BackoffBounds;
  /** Nobody has the app any more. Called once; `since` is when it was last seen in somebody's hands. */
  onFree(since: number): void;
}

/**
 * Stands by for an app that another connector has taken, and shows so in Asterisk: the other one learns that it was let
 * go of. Tells when the other one is gone. A program that is no such connector is left alone for as long as Asterisk
 * lists the app.
 */
export class Standby {
  readonly #options: StandbyOptions;
  readonly #link: AppLink;
  #timer: NodeJS.Timeout | undefined;
  /** The connectors that held the app when it was last seen in hands. */
  #holders: string[] = [];
  #free = 0;
  #lastHeld = Date.now();

  constructor(options: StandbyOptions) {
    this.#options = options;
    const ignore = (): void => {};
    this.#link = new AppLink({
      node: options.node,
      apps: [standbyName(options.app, options.instance)],
      nameBeside: (name) => name,
      credentials: options.credentials,
      log: options.log.with({ standby: options.app }),
      ...(options.backoff && { backoff: options.backoff }),
      listener: {
        connecting: async () => {},
        connected: ignore,
        disconnected: ignore,
        event: ignore,
        rejected: ignore,
        replaced: ignore,
        heard: ignore,
      },
    });
  }

  start(): void {
    this.#link.start();
    this.#schedule(0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#link.stop('standing by no more');
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
      // Asterisk is away, and everybody's connection with it. Who comes first when it is back does not matter.
      if (this.#timer) this.#schedule();
      return;
    }
    if (!this.#timer) return;
    const holders = holdersOf(app, names, instance);
    if (holders.length > 0) {
      this.#holders = holders;
      this.#lastHeld = Date.now();
    }
    // Taken by a program that is no connector: from us, or from one that stands by for it now, as we do.
    const foreign =
      this.#holders.length === 0 || this.#holders.some((holder) => names.includes(standbyName(app, holder)));
    this.#free = holders.length > 0 || (foreign && names.includes(app)) ? 0 : this.#free + 1;
    if (this.#free < LOOKS) {
      this.#schedule();
      return;
    }
    log.warn(`The connector that had the app "${app}" is gone: taking it back`, { app });
    this.stop();
    onFree(this.#lastHeld);
  }
}
