import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type WebSocket, WebSocketServer } from 'ws';
import { basicAuthorization } from '../ari/credentials.ts';
import { apiDocs } from './api-docs.ts';
import type { CommandResult } from './commands/params.ts';
import { Refusal, UnsupportedOperationError } from './refusal.ts';
import type { Router } from './router.ts';
import type { World } from './world.ts';

/** A user section of ari.conf. */
export interface SimulatedUser {
  username: string;
  password: string;
  /** Only GET is served. @default false */
  readOnly?: boolean;
}

/** ARI's HTTP side: the event WebSocket and the commands, at `/ari` on loopback. */
export class AriServer {
  readonly #world: World;
  readonly #router: Router;
  readonly #users = new Map<string, SimulatedUser>();
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #server: Server;

  constructor(world: World, router: Router) {
    this.#world = world;
    this.#router = router;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  allow(user: SimulatedUser): void {
    this.#users.set(basicAuthorization(user), user);
  }

  /** @returns the ARI root, e.g. `http://127.0.0.1:8088/ari` */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ari`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, body] = await this.#answer(request).catch(
      (error: Error): CommandResult => [
        error instanceof UnsupportedOperationError ? 501 : 500,
        { message: error.message },
      ],
    );
    if (body === undefined) response.writeHead(status).end();
    else if (body instanceof Uint8Array) response.writeHead(status, { 'content-type': 'audio/wav' }).end(body);
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage): Promise<CommandResult> {
    const sent = await text(request);
    const url = new URL(request.url ?? '/', 'http://simulator');
    const refused = this.#refuse(request, url);
    if (refused) return [refused.status, refused.body];
    const path = url.pathname.slice('/ari'.length);
    const description = apiDocs(path, request.headers.host ?? '');
    if (description) return [200, description];
    const body = sent === '' ? undefined : parsed(sent);
    if (body === BROKEN) return [400, { message: 'Request body is not valid JSON' }];
    return this.#router.answer({ method: request.method ?? '', path, query: url.searchParams, body });
  }

  #refuse(request: IncomingMessage, { pathname, searchParams }: URL): Refusal | undefined {
    if (!pathname.startsWith('/ari/')) return new Refusal(404, 'Not Found');
    // Other clients name their user in the query.
    const [username = '', password = ''] = (searchParams.get('api_key') ?? '').split(/:(.*)/s);
    const user = this.#users.get(request.headers.authorization ?? basicAuthorization({ username, password }));
    if (!user) return new Refusal(401, 'Authentication required');
    if (user.readOnly && request.method !== 'GET') return new Refusal(403, 'Write access denied');
    return undefined;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const apps = (url.searchParams.get('app') ?? '').split(',').filter((app) => app !== '');
    const refused =
      this.#refuse(request, url) ??
      (url.pathname !== '/ari/events' ? new Refusal(404, 'Resource not found') : undefined) ??
      (apps.length === 0 ? new Refusal(400, 'HTTP request is missing param: [app]') : undefined);
    if (refused) {
      const body = JSON.stringify({ message: refused.message });
      socket.end(`HTTP/1.1 ${refused.status} Refused\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return;
    }
    const all = /^(yes|true|y|t|1|on)$/i.test(url.searchParams.get('subscribeAll') ?? '');
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#subscribe(webSocket, apps, all));
  }

  #subscribe(webSocket: WebSocket, apps: string[], all: boolean): void {
    const subscriber = {
      send: (event: object): void => {
        // Who has said goodbye hears no more, though the connection is not quite closed.
        if (webSocket.readyState === webSocket.OPEN) webSocket.send(JSON.stringify(event));
        else this.#world.apps.unregister(subscriber);
      },
    };
    for (const app of apps) this.#world.apps.register(app, subscriber, all);
    webSocket.on('close', () => this.#world.apps.unregister(subscriber));
    webSocket.on('error', () => webSocket.terminate());
  }
}

const BROKEN = Symbol('broken JSON');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return BROKEN;
  }
}
