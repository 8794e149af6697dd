import { EventEmitter } from 'node:events';
import type { SentEvent } from './ledger.ts';
import type { Network } from './network.ts';
import type { Pbx, PbxSession } from './pbx.ts';
import type { SimProcess } from './sim-process.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface SocketSurroundings {
  clock: VirtualClock;
  network: Network;
  process: SimProcess;
  /** The name of the process, by which Asterisk counts its sockets. */
  name: string;
  /** The host that the process runs on. */
  host: string;
  pbxAt(url: URL): Pbx;
  /** Called with +1 for each socket that opens, and -1 for each that closes. */
  onCount(change: number): void;
  /** Called when a socket ends, at this end, that was opened for an app of the Asterisk. */
  onHolderLost(pbx: string): void;
}

interface WebSocketOptions {
  headers: { authorization: string };
  handshakeTimeout: number;
}

/** What the connector uses of the package `ws`, over the simulated network. */
export function webSocketModule({
  clock,
  network,
  process,
  name,
  host,
  pbxAt,
  onCount,
  onHolderLost,
}: SocketSurroundings): object {
  class SimWebSocket extends EventEmitter {
    static readonly OPEN = 1;
    readyState = 0;
    readonly #pbx: Pbx;
    readonly #toPbx: (arrive: () => void) => void;
    #session: PbxSession | undefined;
    #gone = false;

    constructor(url: URL, { headers, handshakeTimeout }: WebSocketOptions) {
      super();
      this.#pbx = pbxAt(url);
      this.#toPbx = network.direction(host, this.#pbx.host);
      const toHere = network.direction(this.#pbx.host, host);
      const here = (task: () => void): void => toHere(() => this.#gone || process.deliver(task));
      const closeWithProcess = (): void => this.#leave();
      process.onEnd.push(closeWithProcess);
      onCount(1);
      const late = clock.after(handshakeTimeout, () =>
        process.deliver(() => this.#fail(new Error('Opening handshake has timed out'))),
      );
      const apps = (url.searchParams.get('app') ?? '').split(',');
      this.#toPbx(() => {
        if (this.#gone) return;
        const answer = this.#pbx.accept(headers.authorization, apps, {
          process: name,
          send: (event) => here(() => this.#read(event)),
          pong: () => here(() => this.readyState === 1 && this.emit('pong')),
          closed: (code, reason) => here(() => this.#closed(code, reason)),
          reset: () => here(() => this.#fail(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))),
        });
        if (answer === 'refused') {
          here(() => this.#fail(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })));
        } else if ('status' in answer) here(() => this.#refused(answer.status, answer.body));
        else {
          this.#session = answer;
          here(() => {
            late();
            this.readyState = 1;
            this.emit('upgrade', { socket: {} });
            this.emit('open');
          });
          answer.begin();
        }
      });
    }

    ping(): void {
      const session = this.#session;
      this.#toPbx(() => session?.ping());
    }

    /** Asterisk answers a close frame with its own, behind the events that it has sent before. */
    close(code: number): void {
      if (this.readyState === 0) {
        this.#fail(new Error('WebSocket was closed before the connection was established'));
        return;
      }
      if (this.readyState !== 1) return;
      // As in `ws`, frames on their way are still emitted.
      const session = this.#session;
      this.#toPbx(() => session?.close(code));
    }

    terminate(): void {
      if (this.readyState === 0) this.#fail(new Error('WebSocket was closed before the connection was established'));
      else this.#closed(1006, '');
    }

    #read(event: SentEvent): void {
      if (this.readyState !== 1) return;
      event.readAt = clock.time;
      this.emit('message', Buffer.from(event.text));
    }

    #refused(status: number, body: string): void {
      const response = new EventEmitter();
      this.emit('unexpected-response', { destroy: () => {} }, Object.assign(response, { statusCode: status }));
      response.emit('data', Buffer.from(body));
      response.emit('end');
    }

    #fail(error: Error): void {
      if (this.readyState >= 2) return;
      this.readyState = 2;
      process.deliver(() => this.emit('error', error));
      this.#closed(1006, '');
    }

    #closed(code: number, reason: string): void {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.#leave();
      process.deliver(() => this.emit('close', code, Buffer.from(reason)));
    }

    /** The kernel closes the connection; Asterisk learns it when the network lets it. */
    #leave(): void {
      if (this.#gone) return;
      this.#gone = true;
      if (this.#session?.isForApps) onHolderLost(this.#pbx.name);
      onCount(-1);
      this.#toPbx(() => this.#session?.lost());
    }
  }
  return Object.assign(SimWebSocket, { WebSocket: SimWebSocket });
}
