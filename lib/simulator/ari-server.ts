import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { basicAuthorization } from '../ari/credentials.ts';
import { operations } from '../ari/generated/operations.ts';
import { type CommandResult, commands } from './commands.ts';
import { Refusal, type World } from './world.ts';

/** A user section of ari.conf. */
export interface SimulatedUser {
  username: string;
  password: string;
  /** Only GET is served. @default false */
  readOnly?: boolean;
}

/** A command as it was asked for and answered, for those who watch. */
export interface ServedCommand {
  operation: string;
  path: string;
  status: number;
}

/** Every operation of ARI as a way to recognize it in a request. Literal paths before those with parameters. */
const ROUTES = Object.entries(operations)
  .flatMap(([resource, byName]) =>
    Object.entries(byName).map(([name, template]) => {
      const [method = '', path = ''] = template.split(' ');
      const pattern = path.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
      return { method, operation: `${resource}.${name}`, pattern: new RegExp(`^${pattern}$`), path };
    }),
  )
  .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length);

/** ARI's HTTP side: the event WebSocket and the commands, at `/ari` on loopback. */
export class AriServer {
  readonly #world: World;
  readonly #users = new Map<string, SimulatedUser>();
  readonly #onCommand: (command: ServedCommand) => void;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #server: Server;

  constructor(world: World, onCommand: (command: ServedCommand) => void) {
    this.#world = world;
    this.#onCommand = onCommand;
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
    request.resume();
    const [status, body] = await this.#answer(request);
    if (body === undefined) response.writeHead(status).end();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage): Promise<CommandResult> {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const refused = this.#refuse(request, url);
    if (refused) return [refused.status, { message: refused.message }];

    const path = url.pathname.slice('/ari'.length);
    for (const { method, operation, pattern } of ROUTES) {
      const match = method === request.method ? pattern.exec(path) : null;
      if (!match) continue;
      const params = { ...Object.fromEntries(url.searchParams), ...decoded(match.groups ?? {}) };
      const result = await this.#run(operation, params);
      this.#onCommand({ operation, path, status: result[0] });
      return result;
    }
    return [404, { message: 'Resource not found' }];
  }

  async #run(operation: string, params: Record<string, string>): Promise<CommandResult> {
    const command = commands[operation];
    if (!command) return [501, { message: `The simulator does not know ${operation} yet` }];
    try {
      return await command(this.#world, params);
    } catch (error) {
      if (error instanceof Refusal) return [error.status, { message: error.message }];
      throw error;
    }
  }

  #refuse(request: IncomingMessage, { pathname }: URL): Refusal | undefined {
    if (!pathname.startsWith('/ari/')) return new Refusal(404, 'Not Found');
    const user = this.#users.get(request.headers.authorization ?? '');
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
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#subscribe(webSocket, apps));
  }

  #subscribe(webSocket: WebSocket, apps: string[]): void {
    const subscriber = { send: (event: object) => webSocket.send(JSON.stringify(event)) };
    for (const app of apps) this.#world.register(app, subscriber);
    webSocket.on('close', () => this.#world.unregister(subscriber));
    webSocket.on('error', () => webSocket.terminate());
  }
}

function decoded(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
}
