import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** A peer with just enough ARI for a connector, which sends what a test sends through it. */
export class AriPeer {
  readonly sockets: WebSocket[] = [];
  /** What is answered to a GET, by path below `/ari`; a number is a status. */
  readonly answers: Record<string, object | number> = {
    '/asterisk/info': { system: { entity_id: '02:00:00:00:00:01' }, status: { startup_time: 'then' } },
    '/asterisk/ping': { ping: 'pong', timestamp: '2026-11-25T10:00:00.000+0000' },
    '/applications': [],
    '/channels': [],
  };
  /** The received requests, by path below `/ari`. */
  readonly asked: string[] = [];
  /** What is sent over a socket waits on its way, as after an interruption of the network; requests are answered. */
  holdsFrames = false;
  readonly #holding: Duplex[] = [];
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = new URL(request.url ?? '', 'http://peer').pathname.slice('/ari'.length);
      this.asked.push(path);
      const answer = this.answers[path] ?? 404;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.sockets.push(webSocket);
        if (!this.holdsFrames) return;
        socket.cork();
        this.#holding.push(socket);
      });
    });
  }

  static async start(): Promise<AriPeer> {
    const peer = new AriPeer();
    await new Promise<void>((resolve) => peer.#server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ari`;
  }

  /** Sends a frame over the newest socket. */
  send(frame: object | string): void {
    this.sockets.at(-1)?.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** What was held arrives, and nothing is held any more. */
  releaseFrames(): void {
    this.holdsFrames = false;
    for (const socket of this.#holding.splice(0)) socket.uncork();
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
