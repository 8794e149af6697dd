import { randomUUID } from 'node:crypto';
import type { Credentials, CredentialsProvider } from '../lib/ari/credentials.ts';
import type { AriNode } from '../lib/ari/node.ts';
import { type AriFrame, readFrame } from '../lib/events/entry.ts';
import type { Log } from '../lib/log.ts';
import { Backoff, type BackoffBounds } from './backoff.ts';
import { type ConnectFailure, explainFailure } from './connect-failure.ts';
import { EventSocket } from './event-socket.ts';

/** Reconnecting starts anew from short delays only after a connection stood this long. */
const STABLE_MS = 30_000;
const BACKOFF: BackoffBounds = { baseMs: 500, capMs: 30_000 };
/** The same failure again and again is repeated in the log at this distance. */
const REMIND_MS = 60_000;

/** Where a frame stands: on which connection, and its number there, from 1. */
export interface FramePosition {
  connection: string;
  sequence: number;
}

/** What a link tells of its node. */
export interface NodeLinkListener {
  connected(node: AriNode, apps: string[], connection: string): void;
  disconnected(node: AriNode, apps: string[], connection: string, reason: string): void;
  event(node: AriNode, frame: AriFrame, position: FramePosition): void;
  rejected(node: AriNode, fault: string, position: FramePosition): void;
  standingDown(node: AriNode, app: string, connection: string): void;
}

export interface NodeLinkOptions {
  node: AriNode;
  credentials: CredentialsProvider;
  listener: NodeLinkListener;
  log: Log;
  /** @default { baseMs: 500, capMs: 30000 } */
  backoff?: BackoffBounds;
  /** How long a connection has to stand for delays to begin anew, in milliseconds. @default 30000 */
  stableMs?: number;
  /** @default 10000 */
  pingIntervalMs?: number;
}

/** Keeps one node's event WebSocket open, all of its apps on it, for as long as the process lives. */
export class NodeLink {
  readonly #options: NodeLinkOptions;
  readonly #apps: Set<string>;
  readonly #log: Log;
  readonly #backoff: Backoff;
  #socket: EventSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #refreshCredentials = false;
  #stopped = false;
  #notReady = 'not connected yet';
  #lastSaid = { reason: '', at: 0 };

  constructor(options: NodeLinkOptions) {
    this.#options = options;
    this.#apps = new Set(options.node.apps);
    this.#backoff = new Backoff(options.backoff ?? BACKOFF);
    this.#log = options.log.with({ node: options.node.name });
  }

  /** Why the node cannot be listened to, `undefined` while it can. */
  get notReady(): string | undefined {
    return this.#notReady || undefined;
  }

  start(): void {
    void this.#connect();
  }

  /** Closes the connection for good. */
  stop(): void {
    this.#stopped = true;
    this.#notReady = 'stopped';
    clearTimeout(this.#retry);
    this.#socket?.close();
  }

  async #connect(): Promise<void> {
    const { node, credentials, pingIntervalMs, stableMs = STABLE_MS } = this.#options;
    let user: Credentials;
    try {
      user = await (this.#refreshCredentials ? credentials.refresh() : credentials.get());
    } catch (error) {
      this.#failed({ kind: 'no-credentials', error }, undefined);
      return;
    }
    if (this.#stopped) return;

    const apps = [...this.#apps];
    const connection = randomUUID();
    let sequence = 0;
    let openedAt: number | undefined;
    this.#socket = new EventSocket(
      { node, apps, credentials: user, ...(pingIntervalMs !== undefined && { pingIntervalMs }) },
      {
        onOpen: () => {
          openedAt = Date.now();
          this.#refreshCredentials = false;
          this.#notReady = '';
          this.#lastSaid = { reason: '', at: 0 };
          this.#log.info('Connected to Asterisk', { connection, apps });
          this.#options.listener.connected(node, apps, connection);
        },
        onFrame: (text) => {
          sequence += 1;
          this.#receive(text, { connection, sequence });
        },
        onEnd: (failure) => {
          if (openedAt !== undefined) {
            if (Date.now() - openedAt >= stableMs) this.#backoff.reset();
            const reason = explainFailure(failure, node, user.username);
            this.#options.listener.disconnected(node, apps, connection, reason);
          }
          this.#failed(failure, user.username);
        },
      },
    );
  }

  #receive(text: string, position: FramePosition): void {
    const { node, listener } = this.#options;
    const frame = readFrame(text);
    if ('fault' in frame) {
      listener.rejected(node, frame.fault, position);
      return;
    }
    listener.event(node, frame, position);
    const { application } = frame.event;
    if (frame.event.type === 'ApplicationReplaced' && typeof application === 'string') {
      this.#standDown(application, position.connection);
    }
  }

  /** Another connector has the app now. Two that both insist would take it from each other for ever. */
  #standDown(app: string, connection: string): void {
    if (!this.#apps.delete(app)) return;
    this.#log.warn(`Another connector has taken over the app "${app}": standing down for it`, { app, connection });
    this.#options.listener.standingDown(this.#options.node, app, connection);
    if (this.#apps.size > 0) return;
    this.stop();
    this.#notReady = 'another connector has taken over all apps of this node';
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
