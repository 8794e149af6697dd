import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { DialledNode } from '../../lib/ari/ca-file.ts';
import type { Credentials, CredentialsProvider } from '../../lib/ari/credentials.ts';
import { readFrame } from '../../lib/events/entry.ts';
import type { Log } from '../../lib/log.ts';
import { Backoff, type BackoffBounds } from '../backoff.ts';
import { type ConnectFailure, explainFailure, isRefusal } from './connect-failure.ts';
import { EventSocket, type SocketEvent } from './event-socket.ts';
import { FrameCopies } from './frame-copies.ts';
import type { FramePosition, LinkEvent } from './link-event.ts';

/** With the time limits of an attempt, the link is back less than 5 s after Asterisk, whatever the outage was. */
const BACKOFF: BackoffBounds = { baseMs: 250, capMs: 1000 };
/** Where Asterisk refuses the user, or the secret cannot be read: a person has to act, and each attempt reads the secret. */
const REFUSED_BACKOFF: BackoffBounds = { baseMs: 500, capMs: 10_000 };
/** How long events may be on their way to the old socket after Asterisk has given its apps to another one. */
export const READ_ON_MS = 2000;
/** How often the log repeats the same failure. */
const REMIND_MS = 60_000;

interface OpenConnection {
  apps: string[];
  connection: string;
  /** The number of its last frame or rebuilt event; copies of a frame have none. */
  sequence: number;
  copies: FrameCopies;
}

export interface AppLinkOptions {
  node: DialledNode;
  apps: readonly string[];
  /** A name to register beside an app while the connection is open. */
  nameBeside(app: string): string;
  credentials: CredentialsProvider;
  /** Called before each attempt to connect, and waited for. Where it rejects, the attempt has failed. */
  beforeConnect?(apps: string[]): Promise<void>;
  emit(event: LinkEvent): void;
  log: Log;
  /** @default { baseMs: 250, capMs: 1000 }; up to 10 s where Asterisk refuses the user */
  backoff?: BackoffBounds | undefined;
  /** @default 5000 */
  pingIntervalMs?: number | undefined;
  /** How long nothing may come before the connection ends, in milliseconds. @default two intervals of pings */
  silentMs?: number | undefined;
  /** How long the socket is read after all its apps were taken over, in milliseconds. @default 2000 */
  handoverMs?: number | undefined;
}

/** Keeps an event WebSocket for some of a node's apps open until it is stopped. */
export class AppLink {
  readonly #options: AppLinkOptions;
  readonly #apps: Set<string>;
  readonly #log: Log;
  readonly #backoff: Backoff;
  readonly #refusedBackoff: Backoff;
  #socket: EventSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #refreshCredentials = false;
  #stopped = false;
  /** Resolves when the socket is closed that is read to its end after a hand-over. */
  #handedOver: Promise<void> | undefined;
  #open: OpenConnection | undefined;
  #certificateExpires: number | undefined;
  #lastSign = Date.now();
  #notReady: string | undefined = 'not connected yet';
  #lastWarning = { reason: '', at: 0 };

  constructor(options: AppLinkOptions) {
    this.#options = options;
    this.#apps = new Set(options.apps);
    this.#backoff = new Backoff(options.backoff ?? BACKOFF);
    this.#refusedBackoff = new Backoff(options.backoff ?? REFUSED_BACKOFF);
    this.#log = options.log;
  }

  /** The apps that it listens to, or will when connected. */
  get apps(): string[] {
    return [...this.#apps];
  }

  /** Why there is no connection; undefined while there is one. */
  get notReady(): string | undefined {
    return this.#notReady;
  }

  /** When Asterisk's certificate expires, in milliseconds since 1970, by the last connection with TLS. */
  get certificateExpires(): number | undefined {
    return this.#certificateExpires;
  }

  /** When Asterisk last sent something, or an attempt to connect last began or ended: at least once a minute. */
  get lastSign(): number {
    return this.#lastSign;
  }

  /** The id of the open connection, while it has apps. */
  get connection(): string | undefined {
    return this.#handedOver ? undefined : this.#open?.connection;
  }

  /** For how long Asterisk has sent nothing over the open connection, in milliseconds; infinite without one. */
  get silentForMs(): number {
    return this.connection === undefined ? Number.POSITIVE_INFINITY : (this.#socket?.silentForMs ?? 0);
  }

  /** Whether events can still come over a connection, also while it has no apps any more. */
  isOpen(connection: string): boolean {
    return this.#open?.connection === connection;
  }

  /**
   * Resolves when every event is emitted that Asterisk has sent over the connection before now.
   *
   * @throws where the connection ends before
   */
  async caughtUp(connection: string): Promise<void> {
    if (!this.isOpen(connection) || !this.#socket) throw new Error('the connection to Asterisk has ended');
    await this.#socket.caughtUp();
  }

  start(): void {
    void this.#connect();
  }

  /** Closes the connection and does not reconnect; resolves when every event that Asterisk sent over it is emitted. */
  async stop(reason: string): Promise<void> {
    if (this.#stopped) return this.#handedOver;
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#close(reason);
  }

  async #close(reason: string): Promise<void> {
    await this.#socket?.close();
    this.#notReady = reason;
    this.#disconnected(reason);
  }

  /** Asterisk closes a socket without a look at what is still on its way to it. */
  async #handOver(): Promise<void> {
    this.#stopped = true;
    await wait(this.#options.handoverMs ?? READ_ON_MS);
    await this.#close('another connector has taken over');
  }

  /** The next position on the connection, for an event that Asterisk did not send. */
  nextPosition(connection: string): FramePosition | undefined {
    if (this.#open?.connection !== connection) return undefined;
    this.#open.sequence += 1;
    return { connection, sequence: this.#open.sequence };
  }

  async #connect(): Promise<void> {
    const { node, credentials, nameBeside, pingIntervalMs, silentMs } = this.#options;
    this.#lastSign = Date.now();
    let user: Credentials;
    try {
      user = await (this.#refreshCredentials ? credentials.refresh() : credentials.get());
    } catch (error) {
      this.#failed({ kind: 'no-credentials', error }, undefined);
      return;
    }
    const apps = this.apps;
    try {
      await this.#options.beforeConnect?.(apps);
      // Its requests may have found that the secret has changed.
      if (!this.#refreshCredentials) user = await credentials.get();
    } catch (error) {
      this.#failed({ kind: 'unprepared', error }, user.username);
      return;
    }
    this.#lastSign = Date.now();
    if (this.#stopped) return;

    const opened: OpenConnection = {
      apps,
      connection: randomUUID(),
      sequence: 0,
      copies: new FrameCopies(),
    };
    this.#socket = new EventSocket(
      {
        node,
        apps: [...apps, ...apps.map(nameBeside)],
        credentials: user,
        pingIntervalMs,
        silentMs,
      },
      (event) => this.#onSocket(event, opened, user.username),
    );
  }

  #onSocket(event: SocketEvent, opened: OpenConnection, username: string): void {
    const { connection } = opened;
    this.#lastSign = Date.now();
    switch (event.kind) {
      case 'frame':
        if (opened.copies.isCopy(event.text)) break;
        opened.sequence += 1;
        this.#receive(event.text, { connection, sequence: opened.sequence });
        break;
      case 'pong':
        this.#options.emit({ kind: 'heard', at: event.pingedAt });
        break;
      case 'open':
        this.#open = opened;
        this.#backoff.reset();
        this.#certificateExpires = event.certificateExpires;
        this.#refreshCredentials = false;
        this.#notReady = undefined;
        this.#lastWarning = { reason: '', at: 0 };
        this.#log.info('Connected to Asterisk', { connection, apps: opened.apps });
        this.#options.emit({ kind: 'connected', apps: opened.apps, connection });
        break;
      case 'end':
        if (this.#open === opened) this.#disconnected(explainFailure(event.failure, this.#options.node, username));
        this.#failed(event.failure, username);
    }
  }

  #receive(text: string, position: FramePosition): void {
    const { emit } = this.#options;
    const frame = readFrame(text);
    if ('fault' in frame) {
      emit({ kind: 'rejected', fault: frame.fault, text, position });
      return;
    }
    emit({ kind: 'event', frame, position, recovered: false });
    const { application } = frame.event;
    if (frame.event.type === 'ApplicationReplaced' && typeof application === 'string') {
      this.#replaced(application, position.connection);
    }
  }

  /** The link does not register the app again: two connectors would take it from each other without end. */
  #replaced(app: string, connection: string): void {
    if (!this.#apps.delete(app)) return;
    if (this.#apps.size === 0 && !this.#stopped) this.#handedOver = this.#handOver();
    this.#options.emit({ kind: 'replaced', app, connection });
  }

  #disconnected(reason: string): void {
    if (!this.#open) return;
    const { apps, connection } = this.#open;
    this.#open = undefined;
    this.#options.emit({ kind: 'disconnected', apps, connection, reason });
  }

  #failed(failure: ConnectFailure, username: string | undefined): void {
    if (this.#stopped) return;
    this.#refreshCredentials = failure.kind === 'refused' && failure.status === 401;
    this.#notReady = explainFailure(failure, this.#options.node, username);
    const needsPerson = isRefusal(failure);
    if (!needsPerson) this.#refusedBackoff.reset();
    this.#retry = setTimeout(() => void this.#connect(), (needsPerson ? this.#refusedBackoff : this.#backoff).next());
    this.#warn(this.#notReady);
  }

  #warn(reason: string): void {
    const now = Date.now();
    if (reason === this.#lastWarning.reason && now - this.#lastWarning.at < REMIND_MS) return;
    this.#lastWarning = { reason, at: now };
    this.#log.warn(`Not connected: ${reason}`, {
      attempts: this.#backoff.attempts + this.#refusedBackoff.attempts,
    });
  }
}
