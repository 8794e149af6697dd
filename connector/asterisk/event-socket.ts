import { TLSSocket } from 'node:tls';
import WebSocket from 'ws';
import type { DialledNode } from '../../lib/ari/ca-file.ts';
import { basicAuthorization, type Credentials } from '../../lib/ari/credentials.ts';
import type { ConnectFailure } from './connect-failure.ts';

/** How often Asterisk is pinged; a socket that stayed silent for two rounds is given up. */
const PING_INTERVAL_MS = 5000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How long the text of a refusal may take to come. */
const REFUSAL_TIMEOUT_MS = 2000;
/** How long Asterisk may take to answer a goodbye. */
const GOODBYE_TIMEOUT_MS = 1000;
/** Larger than any event; a frame beyond it ends the connection. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

export interface EventSocketHandlers {
  /** @param certificateExpires when Asterisk's certificate does, in milliseconds since 1970; undefined without TLS */
  onOpen(certificateExpires: number | undefined): void;
  onFrame(text: string): void;
  /** Asterisk answered a ping. */
  onAlive(): void;
  /** Called once, last, however the socket ends; not when it ends by `close()`. */
  onEnd(failure: ConnectFailure): void;
}

export interface EventSocketOptions {
  node: DialledNode;
  apps: readonly string[];
  credentials: Credentials;
  /** @default 5000 */
  pingIntervalMs?: number;
}

/** One event WebSocket that we dial. Credentials travel in the header: in the URL they would land in logs. */
export class EventSocket {
  readonly #socket: WebSocket;
  readonly #closed: Promise<void>;
  #alive = true;
  #ended = false;
  #pinging: NodeJS.Timeout | undefined;

  constructor(
    { node, apps, credentials, pingIntervalMs = PING_INTERVAL_MS }: EventSocketOptions,
    handlers: EventSocketHandlers,
  ) {
    const url = new URL(`${node.url.replace(/\/+$/, '')}/events`);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    // Asterisk takes a repeated name for a second subscriber and tells the first that it was replaced.
    url.searchParams.set('app', [...new Set(apps)].join(','));

    const end = (failure: ConnectFailure): void => {
      clearInterval(this.#pinging);
      if (this.#ended) return;
      this.#ended = true;
      this.#socket.terminate();
      handlers.onEnd(failure);
    };

    this.#socket = new WebSocket(url, {
      headers: { authorization: basicAuthorization(credentials) },
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      // Broken UTF-8 in one caller's name is no reason to lose the connection and every call's events with it.
      skipUTF8Validation: true,
      ...(node.ca !== undefined && { ca: node.ca }),
    });
    let open = false;
    let certificateExpires: number | undefined;
    this.#socket.on('upgrade', ({ socket }) => {
      if (socket instanceof TLSSocket) certificateExpires = Date.parse(socket.getPeerCertificate().valid_to);
    });
    this.#closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.on('open', () => {
      open = true;
      this.#pinging = setInterval(() => {
        if (!this.#alive) return end({ kind: 'silent', seconds: Math.round((2 * pingIntervalMs) / 1000) });
        this.#alive = false;
        this.#socket.ping();
      }, pingIntervalMs);
      handlers.onOpen(certificateExpires);
    });
    this.#socket.on('pong', () => {
      this.#alive = true;
      handlers.onAlive();
    });
    this.#socket.on('message', (data: Buffer) => {
      this.#alive = true;
      handlers.onFrame(data.toString('utf8'));
    });
    this.#socket.on('unexpected-response', (request, response) => {
      const chunks: Buffer[] = [];
      const refused = (): void => {
        request.destroy();
        end({ kind: 'refused', status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      };
      response.on('data', (chunk: Buffer) => chunks.length < 16 && chunks.push(chunk));
      response.on('end', refused);
      response.on('error', refused);
      setTimeout(refused, REFUSAL_TIMEOUT_MS).unref();
    });
    this.#socket.on('error', (error) =>
      end(open ? { kind: 'closed', code: 1006, reason: error.message } : { kind: 'unreachable', error }),
    );
    this.#socket.on('close', (code, reason) => end({ kind: 'closed', code, reason: reason.toString('utf8') }));
  }

  /**
   * Says goodbye to Asterisk, which takes the apps out of its books. Frames that are on their way are still handed
   * over until it answers, for a second at the most; then the promise resolves.
   */
  async close(): Promise<void> {
    clearInterval(this.#pinging);
    this.#ended = true;
    this.#socket.close(1000);
    const limit = setTimeout(() => this.#socket.terminate(), GOODBYE_TIMEOUT_MS);
    await this.#closed;
    clearTimeout(limit);
  }
}
