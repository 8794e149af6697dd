import type { DialledNode } from '../../lib/ari/ca-file.ts';
import type { AriClient } from '../../lib/ari/client.ts';
import type { CredentialsProvider } from '../../lib/ari/credentials.ts';
import type { Log } from '../../lib/log.ts';
import type { BackoffBounds } from '../backoff.ts';
import { AppLink } from './app-link.ts';
import { holdersOf, standbyName } from './presence.ts';

const POLL_MS = 2000;
/** How many polls in a row must find the app free, or held by no connector: a connector may be connecting. */
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
  /** How long the app is left to a program that is not a connector, in milliseconds; undefined for ever. */
  takeBackMs: number | undefined;
  /**
   * A program that is not a connector has taken the app. Called once.
   *
   * @param takesBackAt when this connector takes it back, in epoch milliseconds; undefined for never
   */
  onForeign(takesBackAt: number | undefined): void;
  /**
   * The app is to be taken: no connector holds it any more, or it was left to another program for long enough. Called once.
   */
  onFree(from: 'connector' | 'foreign'): void;
}

/**
 * Stands by for an app that another connector has taken. Registers a standby name in Asterisk, which shows the other
 * connector that this one no longer holds the app. Calls `onFree` when the other connector is gone.
 *
 * Where the app was taken by a program that is not a connector, Asterisk does not show whether that program is still
 * there: it lists the app while a call is in it. So the app is taken back after some time.
 */
export class Standby {
  readonly #options: StandbyOptions;
  readonly #link: AppLink;
  #timer: NodeJS.Timeout | undefined;
  /** The connectors that were last seen to hold the app. */
  #holders: string[] = [];
  #free = 0;
  /** How many polls in a row have found no connector that holds the app, but the app. */
  #unknown = 0;
  #lastHeld = Date.now();
  #foreign = false;

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

  get status(): { ready: boolean; says: string } {
    const { app, takeBackMs } = this.#options;
    if (!this.#foreign) {
      const holder = this.#holders.length > 0 ? 'another connector holds' : 'another program has taken';
      return { ready: true, says: `standing by for "${app}", which ${holder}` };
    }
    const taken = `a program that is not a connector has taken the app "${app}"`;
    if (takeBackMs === undefined) return { ready: true, says: `${taken}; the node's \`foreign\` leaves it there` };
    const seconds = Math.max(0, Math.ceil((this.#lastHeld + takeBackMs - Date.now()) / 1000));
    return { ready: false, says: `${taken}; this connector takes it back in ${seconds} s` };
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
    const { ari, app, instance, log } = this.#options;
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
      this.#foreign = false;
    }
    // A program that is not a connector has taken it: from this connector, or from one that now stands by too.
    const foreign =
      this.#holders.length === 0 || this.#holders.some((holder) => names.includes(standbyName(app, holder)));
    const isTaken = holders.length === 0 && foreign && names.includes(app);
    this.#unknown = isTaken ? this.#unknown + 1 : 0;
    this.#free = holders.length > 0 || isTaken ? 0 : this.#free + 1;
    if (this.#unknown === LOOKS) this.#noteForeign();
    if (this.#free === LOOKS) {
      log.warn(`The program that held the app "${app}" is gone: this connector takes it back`, { app });
      this.#leave('connector');
    } else if (this.#foreign && this.#takesBackAt !== undefined && Date.now() >= this.#takesBackAt) {
      log.warn(`This connector takes the app "${app}" back from a program that is not a connector`, { app });
      this.#leave('foreign');
    } else this.#schedule();
  }

  get #takesBackAt(): number | undefined {
    const { takeBackMs } = this.#options;
    return takeBackMs === undefined ? undefined : this.#lastHeld + takeBackMs;
  }

  #noteForeign(): void {
    const { app, log, takeBackMs, onForeign } = this.#options;
    this.#foreign = true;
    const follows =
      takeBackMs === undefined
        ? 'The connector leaves it there, as `foreign` of the node says'
        : `The connector takes it back ${Math.round(takeBackMs / 1000)} s after that. Stop that program, or set \`foreign\` of the node to "leave" in cdk.json`;
    log.warn(`A program that is not a connector has taken the app "${app}": its events do not arrive. ${follows}.`, {
      app,
    });
    onForeign(this.#takesBackAt);
  }

  #leave(from: 'connector' | 'foreign'): void {
    this.stop();
    this.#options.onFree(from);
  }
}
