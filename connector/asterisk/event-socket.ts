import { TLSSocket } from 'node:tls';
import WebSocket from 'ws';
import type { DialledNode } from '../../lib/ari/ca-file.ts';
import { basicAuthorization, type Credentials } from '../../lib/ari/credentials.ts';
import type { ConnectFailure } from './connect-failure.ts';

/** How often the socket pings Asterisk; as a rule it ends when nothing has come for two intervals. */
const PING_INTERVAL_MS = 5000;
const HANDSHAKE_TIMEOUT_MS = 3000;
/** How long Asterisk may take to send the text of a refusal. */
const REFUSAL_TIMEOUT_MS = 2000;
/** How long Asterisk may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 1000;
/** Larger than any event; a frame beyond it ends the connection. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** What happens on a socket, in its order. */
export type SocketEvent =
  /** `certificateExpires`: when Asterisk's certificate expires, in milliseconds since 1970; undefined without TLS. */
  | { kind: 'open'; certificateExpires: number | undefined }
  | { kind: 'frame'; text: string }
  /** Asterisk answered a ping. `pingedAt`: when it was sent, in epoch milliseconds. */
  | { kind: 'pong'; pingedAt: number }
  /** The last event, emitted once however the socket ends, except by `close()`. */
  | { kind: 'end'; failure: ConnectFailure };

export interface EventSocketOptions {
  node: DialledNode;
  apps: readonly string[];
  credentials: Credentials;
  /** @default 5000 */
  pingIntervalMs?: number | undefined;
  /** How long nothing may come before the socket ends, in milliseconds. @default two intervals of pings */
  silentMs?: number | undefined;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** One event WebSocket that we dial. Credentials travel in the header: in the URL they would appear in logs. */
export class EventSocket {
  readonly #socket: WebSocket;
  readonly #closed: Promise<void>;
  /** How often it looked in a row and nothing had come. */
  #quiet = 0;
  /** When Asterisk last sent something, by the monotonic clock in milliseconds. */
  #heardAt = performance.now();
  #ended = false;
  #pinging: NodeJS.Timeout | undefined;
  /** When the ping was sent that is not answered yet, in epoch milliseconds. */
  #pingedAt: number | undefined;
  /** Who waits for the answer to that ping, and who for the answer to the next one. */
  #waiting: Waiting[] = [];
  #waitingNext: Waiting[] = [];

  constructor(
    { node, apps, credentials, pingIntervalMs = PING_INTERVAL_MS, silentMs = 2 * pingIntervalMs }: EventSocketOptions,
    emit: (event: SocketEvent) => void,
  ) {
    const url = new URL(`${node.url.replace(/\/+$/, '')}/events`);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    // Asterisk treats a repeated name as a second subscriber, and reports to the first that it was replaced.
    url.searchParams.set('app', [...new Set(apps)].join(','));

    const end = (failure: ConnectFailure): void => {
      clearInterval(this.#pinging);
      if (this.#ended) return;
      this.#ended = true;
      this.#socket.terminate();
      emit({ kind: 'end', failure });
    };

    this.#socket = new WebSocket(url, {
      headers: { authorization: basicAuthorization(credentials) },
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      // Invalid UTF-8 in one caller's name must not end the connection, and with it the events of all calls.
      skipUTF8Validation: true,
      ...(node.ca !== undefined && { ca: node.ca }),
    });
    let open = false;
    const heard = (): void => {
      this.#quiet = 0;
      this.#heardAt = performance.now();
    };
    let certificateExpires: number | undefined;
    this.#socket.on('upgrade', ({ socket }) => {
      if (socket instanceof TLSSocket) certificateExpires = Date.parse(socket.getPeerCertificate().valid_to);
    });
    this.#closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    void this.#closed.then(() => {
      const ended = new Error('the connection to Asterisk has ended');
      for (const { reject } of [...this.#waiting.splice(0), ...this.#waitingNext.splice(0)]) reject(ended);
    });
    this.#socket.on('open', () => {
      open = true;
      heard();
      this.#pinging = setInterval(() => {
        if (this.#quiet > 0 && (this.#quiet + 1) * pingIntervalMs >= silentMs) {
          // Where the process was busy, an answer may wait in the kernel: it is read before this.
          setImmediate(() => {
            if (this.#quiet > 0) end({ kind: 'silent', seconds: Math.round(silentMs / 1000) });
          });
          return;
        }
        this.#quiet += 1;
        this.#ping();
      }, pingIntervalMs);
      emit({ kind: 'open', certificateExpires });
    });
    this.#socket.on('pong', () => {
      heard();
      if (this.#pingedAt !== undefined) emit({ kind: 'pong', pingedAt: this.#pingedAt });
      this.#pingedAt = undefined;
      for (const { resolve } of this.#waiting.splice(0)) resolve();
      this.#waiting = this.#waitingNext.splice(0);
      if (this.#waiting.length > 0) this.#ping();
    });
    this.#socket.on('message', (data: Buffer) => {
      heard();
      emit({ kind: 'frame', text: data.toString('utf8') });
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

  /** For how long Asterisk has sent nothing, not even the answer to a ping, in milliseconds. */
  get silentForMs(): number {
    return performance.now() - this.#heardAt;
  }

  /**
   * Resolves when every frame is read that Asterisk has sent before now: Asterisk answers a ping behind them. A request over
   * HTTP can be answered before, as after an interruption of the network.
   *
   * @throws where the socket ends before
   */
  caughtUp(): Promise<void> {
    if (this.#ended) return Promise.reject(new Error('the connection to Asterisk has ended'));
    return new Promise((resolve, reject) => {
      // The answer to a ping that is under way can have been sent before.
      (this.#pingedAt === undefined ? this.#waiting : this.#waitingNext).push({ resolve, reject });
      this.#ping();
    });
  }

  #ping(): void {
    if (this.#pingedAt !== undefined) return;
    this.#pingedAt = Date.now();
    this.#socket.ping();
  }

  /**
   * Closes the WebSocket: Asterisk deregisters the apps. Frames that are on their way are still emitted until Asterisk
   * answers, for a second at most; then the promise resolves.
   */
  async close(): Promise<void> {
    clearInterval(this.#pinging);
    this.#ended = true;
    this.#socket.close(1000);
    const limit = setTimeout(() => this.#socket.terminate(), CLOSE_TIMEOUT_MS);
    await this.#closed;
    clearTimeout(limit);
  }
}
