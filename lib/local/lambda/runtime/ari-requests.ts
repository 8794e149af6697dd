/**
 * Observes a function's HTTP requests to Asterisk from inside its process, with any client: `node:http`, as this
 * project's own, or `fetch` and `undici`. All of them publish to Node's diagnostics channels.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';

/** One request and its response. Contains no headers: those carry the password. */
export interface AriExchange {
  method: string;
  /** Path and query, such as `/ari/channels/1.0/answer`. */
  path: string;
  /** The request's JSON, as text; absent where none was sent. */
  body?: string | undefined;
  /** HTTP status; absent where no response came. */
  status?: number | undefined;
  /** The response's text, up to 16 KB. */
  answer?: string | undefined;
  /** Why no response came. */
  error?: string | undefined;
  /** When it was sent, epoch milliseconds: requests reported together may have been sent one after the other. */
  at: number;
  ms: number;
}

/** How much of a body is reported. */
const MAX_TEXT = 16 * 1024;

/** What is known of one request so far. */
interface Seen {
  method: string;
  path: string;
  started: number;
  sent: Text;
  received: Text;
  status?: number;
}

/** Collects chunks up to a limit; a binary body is reported as its size. */
class Text {
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #size = 0;

  add(chunk: unknown): void {
    if (chunk === null || chunk === undefined) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk as Uint8Array);
    this.#size += bytes.length;
    if (this.#kept >= MAX_TEXT) return;
    this.#chunks.push(bytes.subarray(0, MAX_TEXT - this.#kept));
    this.#kept += bytes.length;
  }

  get text(): string | undefined {
    if (this.#size === 0) return undefined;
    const text = Buffer.concat(this.#chunks).toString('utf8');
    return text.includes('\0') ? `(${this.#size} bytes)` : text;
  }
}

/**
 * @param nodes `ARI_NODES`: only requests to these hosts are reported
 * @param onExchange called when the caller has its response
 * @param rttMs how much longer each of them takes, as if Asterisk were far away. @default 0
 */
export function watchRequests(nodes: string | undefined, onExchange: (exchange: AriExchange) => void, rttMs = 0): void {
  const hosts = hostsOf(nodes);
  if (hosts.size === 0) return;
  if (rttMs > 0) delayFetch(hosts, rttMs);
  const end = (seen: Seen, error?: Error): void => {
    const ms = performance.now() - seen.started;
    // The code that waits for the response continues first.
    setImmediate(() => {
      const { method, path, status, sent, received } = seen;
      onExchange({
        method,
        path,
        at: performance.timeOrigin + seen.started,
        ms,
        body: sent.text,
        status,
        answer: received.text,
        error: error?.message,
      });
    });
  };
  watchNodeHttp(hosts, end, rttMs);
  watchUndici(hosts, end);
}

type End = (seen: Seen, error?: Error) => void;

function watchNodeHttp(hosts: ReadonlySet<string>, end: End, rttMs: number): void {
  const { subscribe } = process.getBuiltinModule('node:diagnostics_channel');
  const requests = new WeakMap<ClientRequest, Seen>();
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest };
    if (!hosts.has(String(request.getHeader('host')))) return;
    const seen = newSeen(request.method, request.path);
    requests.set(request, seen);
    const write = request.write;
    const finish = request.end;
    // Node has no diagnostics channel for the request bodies it sends.
    request.write = ((chunk: unknown, ...rest: never[]) => {
      seen.sent.add(chunk);
      return (write as (...args: unknown[]) => boolean).call(request, chunk, ...rest);
    }) as typeof write;
    request.end = ((chunk: unknown, ...rest: never[]) => {
      if (typeof chunk !== 'function') seen.sent.add(chunk);
      const send = () => (finish as (...args: unknown[]) => ClientRequest).call(request, chunk, ...rest);
      if (rttMs === 0) return send();
      setTimeout(() => request.destroyed || send(), rttMs);
      return request;
    }) as typeof finish;
  });
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    const seen = requests.get(request);
    if (!seen) return;
    if (response.statusCode !== undefined) seen.status = response.statusCode;
    // The parser pushes into the stream: unlike a listener, observing `push` does not start the flow.
    const push = response.push;
    response.push = (chunk: unknown, encoding?: BufferEncoding) => {
      seen.received.add(chunk);
      if (chunk === null) end(seen);
      return push.call(response, chunk, encoding);
    };
  });
  subscribe('http.client.request.error', (message) => {
    const { request, error } = message as { request: ClientRequest; error: Error };
    const seen = requests.get(request);
    if (seen) end(seen, error);
  });
}

/** `fetch` has no channel on which its requests could be delayed. */
function delayFetch(hosts: ReadonlySet<string>, rttMs: number): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : input;
    if (hosts.has(new URL(url).host)) await new Promise((resolve) => setTimeout(resolve, rttMs));
    return fetch(input, init);
  };
}

/** What undici publishes of a request. */
interface UndiciRequest {
  origin: string | URL;
  method: string;
  path: string;
}

function watchUndici(hosts: ReadonlySet<string>, end: End): void {
  const { subscribe } = process.getBuiltinModule('node:diagnostics_channel');
  const requests = new WeakMap<UndiciRequest, Seen>();
  const on = (name: string, look: (seen: Seen, message: Record<string, unknown>) => void): void =>
    subscribe(`undici:request:${name}`, (message) => {
      const seen = requests.get((message as { request: UndiciRequest }).request);
      if (seen) look(seen, message as Record<string, unknown>);
    });
  subscribe('undici:request:create', (message) => {
    const { request } = message as { request: UndiciRequest };
    const { host } = new URL(request.origin);
    if (hosts.has(host)) requests.set(request, newSeen(request.method, request.path));
  });
  on('bodyChunkSent', (seen, { chunk }) => seen.sent.add(chunk));
  on('headers', (seen, { response }) => {
    seen.status = (response as { statusCode: number }).statusCode;
  });
  on('bodyChunkReceived', (seen, { chunk }) => seen.received.add(chunk));
  on('trailers', (seen) => end(seen));
  on('error', (seen, { error }) => end(seen, error as Error));
}

function newSeen(method: string, path: string): Seen {
  return { method, path, started: performance.now(), sent: new Text(), received: new Text() };
}

function hostsOf(nodes: string | undefined): Set<string> {
  try {
    return new Set((JSON.parse(nodes ?? '[]') as { url: string }[]).map(({ url }) => new URL(url).host));
  } catch {
    return new Set(); // the function itself reports what is wrong with it
  }
}
