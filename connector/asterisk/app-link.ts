import { randomUUID } from 'node:crypto';
import type { DialledNode } from '../../lib/ari/ca-file.ts';
import type { Credentials, CredentialsProvider } from '../../lib/ari/credentials.ts';
import { type AriFrame, readFrame } from '../../lib/events/entry.ts';
import type { Log } from '../../lib/log.ts';
import { Backoff, type BackoffBounds } from '../backoff.ts';
import { type ConnectFailure, explainFailure } from './connect-failure.ts';
import { EventSocket } from './event-socket.ts';

/** Reconnecting starts anew from short delays only after a connection stood this long. */
const STABLE_MS = 30_000;
const BACKOFF: BackoffBounds = { baseMs: 500, capMs: 30_000 };
/** The same failure again and again is repeated in the log at this distance. */
const REMIND_MS = 60_000;

/** Where an event stands: on which connection, and its number there, from 1. */
export interface FramePosition {
  connection: string;
  sequence: number;
}

/** What a link tells. */
export interface AppLinkListener {
  /** Called before each attempt to connect, and waited for. */
  connecting(apps: string[]): Promise<void>;
  connected(apps: string[], connection: string): void;
  disconnected(apps: string[], connection: string, reason: string): void;
  event(frame: AriFrame, position: FramePosition): void;
  rejected(fault: string, text: string, position: FramePosition): void;
  /** Asterisk has given the app to another socket. The link goes on without it. */
  replaced(app: string, connection: string): void;
  /** Asterisk gave a sign of life. */
  heard(): void;
}

export interface AppLinkOptions {
  node: DialledNode;
  apps: readonly string[];
  /** A name to register beside an app, for as long as the connection stands. */
  nameBeside(app: string): string;
  credentials: CredentialsProvider;
  listener: AppLinkListener;
  log: Log;
  /** @default { baseMs: 500, capMs: 30000 } */
  backoff?: BackoffBounds;
  /** How long a connection has to stand for delays to begin anew, in milliseconds. @default 30000 */
  stableMs?: number;
  /** @default 5000 */
  pingIntervalMs?: number;
}

/** Keeps an event WebSocket for some of a node's apps open, for as long as the process lives. */
export class AppLink {
  readonly #options: AppLinkOptions;
  readonly #apps: Set<string>;
  readonly #log: Log;
  readonly #backoff: Backoff;
  #socket: EventSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #refreshCredentials = false;
  #stopped = false;
  /** The apps and the id of the connection that stands, and how many events it brought. */
  #open: { apps: string[]; connection: string; sequence: number } | undefined;
  #certificateExpires: number | undefined;
  #lastSign = Date.now();
  #notReady: string | undefined = 'not connected yet';
  #lastSaid = { reason: '', at: 0 };

  constructor(options: AppLinkOptions) {
    this.#options = options;
    this.#apps = new Set(options.apps);
    this.#backoff = new Backoff(options.backoff ?? BACKOFF);
    this.#log = options.log;
  }

  /** The apps that it listens to, or would. */
  get apps(): string[] {
    return [...this.#apps];
  }

  /** Why there is no connection, `undefined` while there is. */
  get notReady(): string | undefined {
    return this.#notReady;
  }

  /** When Asterisk's certificate expires, in milliseconds since 1970, by the last connection with TLS. */
  get certificateExpires(): number | undefined {
    return this.#certificateExpires;
  }

  /** When Asterisk was heard last, or the last attempt to connect began or ended: there is always one within a minute. */
  get lastSign(): number {
    return this.#lastSign;
  }

  /** The id of the connection that stands. */
  get connection(): string | undefined {
    return this.#open?.connection;
  }

  start(): void {
    void this.#connect();
  }

  /** Closes the connection for good; resolves when everything that was sent over it has been handed on. */
  async stop(reason: string): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#socket?.close();
    this.#notReady = reason;
    this.#disconnected(reason);
  }

  /** A place behind what the connection has brought, for an event that Asterisk did not send. */
  nextPosition(connection: string): FramePosition | undefined {
    if (this.#open?.connection !== connection) return undefined;
    this.#open.sequence += 1;
    return { connection, sequence: this.#open.sequence };
  }

  async #connect(): Promise<void> {
    const { node, credentials, listener, nameBeside, pingIntervalMs, stableMs = STABLE_MS } = this.#options;
    this.#lastSign = Date.now();
    let user: Credentials;
    try {
      user = await (this.#refreshCredentials ? credentials.refresh() : credentials.get());
    } catch (error) {
      this.#failed({ kind: 'no-credentials', error }, undefined);
      return;
    }
    const apps = this.apps;
    await listener.connecting(apps);
    this.#lastSign = Date.now();
    if (this.#stopped) return;

    const opened = { apps, connection: randomUUID(), sequence: 0 };
    let openedAt: number | undefined;
    this.#socket = new EventSocket(
      {
        node,
        apps: [...apps, ...apps.map(nameBeside)],
        credentials: user,
        ...(pingIntervalMs !== undefined && { pingIntervalMs }),
      },
      {
        onOpen: (certificateExpires) => {
          openedAt = Date.now();
          this.#lastSign = openedAt;
          this.#certificateExpires = certificateExpires;
          this.#open = opened;
          this.#refreshCredentials = false;
          this.#notReady = undefined;
          this.#lastSaid = { reason: '', at: 0 };
          this.#log.info('Connected to Asterisk', { connection: opened.connection, apps });
          listener.connected(apps, opened.connection);
        },
        onFrame: (text) => {
          this.#lastSign = Date.now();
          opened.sequence += 1;
          this.#receive(text, { connection: opened.connection, sequence: opened.sequence });
        },
        onAlive: () => {
          this.#lastSign = Date.now();
          listener.heard();
        },
        onEnd: (failure) => {
          this.#lastSign = Date.now();
          if (openedAt !== undefined) {
            if (Date.now() - openedAt >= stableMs) this.#backoff.reset();
            this.#disconnected(explainFailure(failure, node, user.username));
          }
          this.#failed(failure, user.username);
        },
      },
    );
  }

  #receive(text: string, position: FramePosition): void {
    const { listener } = this.#options;
    const frame = readFrame(text);
    if ('fault' in frame) {
      listener.rejected(frame.fault, text, position);
      return;
    }
    listener.event(frame, position);
    const { application } = frame.event;
    if (frame.event.type === 'ApplicationReplaced' && typeof application === 'string') {
      this.#replaced(application, position.connection);
    }
  }

  /** Two connectors that both insist on an app would take it from each other for ever. */
  #replaced(app: string, connection: string): void {
    if (!this.#apps.delete(app)) return;
    this.#options.listener.replaced(app, connection);
    if (this.#apps.size === 0) void this.stop('another connector has taken over');
  }

  #disconnected(reason: string): void {
    if (!this.#open) return;
    const { apps, connection } = this.#open;
    this.#open = undefined;
    this.#options.listener.disconnected(apps, connection, reason);
  }

  #failed(failure: ConnectFailure, username: string | undefined): void {
    if (this.#stopped) return;
    this.#refreshCredentials = failure.kind === 'refused' && failure.status === 401;
    this.#notReady = explainFailure(failure, this.#options.node, username);
    this.#retry = setTimeout(() => void this.#connect(), this.#backoff.next());
    this.#say(this.#notReady);
  }

  #say(reason: string): void {
    const now = Date.now();
    if (reason === this.#lastSaid.reason && now - this.#lastSaid.at < REMIND_MS) return;
    this.#lastSaid = { reason, at: now };
    this.#log.warn(`Not connected: ${reason}`, { attempts: this.#backoff.attempts });
  }
}
