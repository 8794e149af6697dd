import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_DETAIL_TYPE } from '../../events/entry.ts';
import type { PutEntry, PutResult } from '../bus/index.ts';
import type { Phone } from '../phone.ts';
import type { Trace } from '../trace/index.ts';
import { Feed } from './feed.ts';
import { checkOrigin, RequestError, readJson, setSecurityHeaders, textOf } from './guard.ts';
import { PageFiles } from './page-files.ts';
import { detailOf } from './step-view.ts';

/** The console's port, unless another program listens there. */
export const DEFAULT_PORT = 8090;
/** Maximum pages connected at the same time. */
const MAX_FEEDS = 20;

export interface ConsoleOptions {
  trace: Trace;
  /** Callers and called phones of a simulated Asterisk. @default none: a real Asterisk is called with phones */
  phone?: Phone;
  /** Puts an entry on the bus, to send an event again. @default events cannot be sent */
  putEvent?: (entry: PutEntry) => PutResult | Promise<PutResult>;
  /** The module specifier with which a test imports a function's handler. */
  moduleOf: (fn: string) => string;
}

/** Serves the web page that shows what happens, on loopback only. */
export class Console {
  readonly #options: ConsoleOptions;
  readonly #server: Server;
  readonly #files = new PageFiles();
  readonly #feeds = new Set<Feed>();

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /**
   * @param port on 127.0.0.1. @default 8090, or any free port
   * @returns the page's URL
   */
  async listen(port?: number): Promise<string> {
    try {
      await this.#bind(port ?? DEFAULT_PORT);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (port !== undefined) throw new Error(`--console-port ${port}: the port is in use; choose another one`);
      await this.#bind(0);
    }
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const feed of this.#feeds) feed.close();
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #bind(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response);
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    try {
      checkOrigin(request);
      const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
      const [, top, resource, id, part] = pathname.split('/').map((segment) => decodeURIComponent(segment));
      if (request.method === 'GET' && top !== 'api') return await this.#serveFile(pathname, response);
      switch (`${request.method} ${resource}${id === undefined ? '' : '/ID'}${part === undefined ? '' : `/${part}`}`) {
        case 'GET feed':
          return this.#openFeed(response);
        case 'GET steps/ID': {
          const detail = detailOf(this.#options.trace, Number(id), this.#options.moduleOf);
          if (!detail) throw new RequestError(404, `Step ${id} is no longer kept`);
          return answer(200, detail);
        }
        case 'POST calls':
          return answer(201, { channelId: this.#dial(await readJson(request)) });
        case 'POST calls/ID/digits': {
          const digit = textOf(await readJson(request), 'digit', 1);
          if (!/^[0-9A-D*#]$/.test(digit)) throw new RequestError(400, `Expected a digit: 0 to 9, A to D, * or #`);
          this.#onPhone((phone) => phone.press(id as string, digit));
          return answer(200, {});
        }
        case 'POST calls/ID/answer':
          this.#onPhone((phone) => phone.answer(id as string));
          return answer(200, {});
        case 'POST calls/ID/decline': {
          const cause = causeOf(await readJson(request));
          this.#onPhone((phone) => phone.decline(id as string, cause));
          return answer(200, {});
        }
        case 'DELETE calls/ID':
          this.#onPhone((phone) => phone.hangUp(id as string));
          return answer(200, {});
        case 'POST events':
          return answer(201, await this.#putEvent(await readJson(request)));
        default:
          throw new RequestError(404, `There is no ${request.method} ${pathname}`);
      }
    } catch (error) {
      const status = error instanceof RequestError ? error.status : error instanceof URIError ? 400 : 500;
      if (response.headersSent) response.end();
      // The rest of a body that is too large is not read.
      else {
        response.setHeader('connection', 'close');
        answer(status, { message: (error as Error).message });
      }
    } finally {
      for (const feed of this.#feeds) if (request.method !== 'GET') feed.flush();
    }
  }

  async #serveFile(path: string, response: ServerResponse): Promise<void> {
    const file = await this.#files.get(path);
    if (!file) throw new RequestError(404, `There is no ${path}`);
    response.writeHead(200, { 'content-type': file.type }).end(file.body);
  }

  #openFeed(response: ServerResponse): void {
    if (this.#feeds.size >= MAX_FEEDS)
      throw new RequestError(503, `${MAX_FEEDS} pages are connected already; close one`);
    const feed = new Feed(response, this.#options.trace, this.#options.phone);
    this.#feeds.add(feed);
    response.on('close', () => this.#feeds.delete(feed));
  }

  #dial(body: Record<string, unknown>): string {
    const extension = textOf(body, 'extension');
    const caller = { name: textOf(body, 'name'), number: textOf(body, 'number', 40) };
    return this.#onPhone((phone) => {
      if (!phone.extensions.includes(extension)) {
        throw new RequestError(400, `Expected an extension among ${phone.extensions.join(', ')}, got "${extension}"`);
      }
      return phone.dial(extension, caller);
    });
  }

  #onPhone<T>(action: (phone: Phone) => T): T {
    const { phone } = this.#options;
    if (!phone) throw new RequestError(409, 'This is not a simulated Asterisk: call it with a phone');
    try {
      return action(phone);
    } catch (error) {
      throw error instanceof RequestError ? error : new RequestError(409, (error as Error).message);
    }
  }

  async #putEvent(body: Record<string, unknown>): Promise<PutResult> {
    const { putEvent, trace } = this.#options;
    if (!putEvent) throw new RequestError(409, 'Events cannot be sent here');
    const detail = body.detail;
    if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) {
      throw new RequestError(400, 'Expected `detail` to be a JSON object');
    }
    const resources = body.resources ?? [];
    if (!Array.isArray(resources) || !resources.every((resource) => typeof resource === 'string')) {
      throw new RequestError(400, 'Expected `resources` to be an array of strings');
    }
    const type = textOf(body, 'detail-type', MAX_DETAIL_TYPE);
    const source = textOf(body, 'source', 256);
    const { metadata } = detail as { metadata?: { callId?: string; channelId?: string } };
    trace.onCaller(`${type} is sent again from the console`, metadata?.callId ?? metadata?.channelId);
    const result = await putEvent({
      Source: source,
      DetailType: type,
      Detail: JSON.stringify(detail),
      Resources: resources as string[],
    });
    if ('ErrorCode' in result) throw new RequestError(400, `${result.ErrorCode}: ${result.ErrorMessage}`);
    return result;
  }
}

/** The cause of Q.850 with which a phone declines; `undefined` for the default. */
function causeOf({ cause }: Record<string, unknown>): number | undefined {
  if (cause === undefined) return undefined;
  if (typeof cause === 'number' && Number.isInteger(cause) && cause >= 1 && cause <= 127) return cause;
  throw new RequestError(400, `Expected \`cause\` to be an integer from 1 to 127, got ${JSON.stringify(cause)}`);
}
