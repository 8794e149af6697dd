import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Agent, AgentOptions } from 'node:https';
import type { AriRequest, AriResponse, AriTransport } from './client.ts';
import { type ConnectTarget, networkFault, statusFault } from './connect-failure.ts';
import { basicAuthorization, type Credentials, type CredentialsProvider } from './credentials.ts';
import { NotSentError, reasonOf } from './errors.ts';

/**
 * The URL and the user of an Asterisk server.
 *
 * @example
 * const options: HttpTransportOptions = {
 *   url: 'https://pbx.example.com:8089/ari',
 *   credentials: cachedCredentials(async () => ({ username: 'handlers', password: await readPassword() })),
 *   ca: readFileSync('our-ca.pem', 'utf8'),
 * };
 */
export interface HttpTransportOptions {
  /** The ARI root with any prefix of http.conf, e.g. `https://pbx.example.com:8089/ari`. */
  url: string;
  credentials: CredentialsProvider;
  /**
   * Certificates (PEM) of the CAs to trust instead of the public ones, for a server with a private CA.
   * @default Node's CAs, and those of the file in the environment variable NODE_EXTRA_CA_CERTS
   */
  ca?: string | string[] | undefined;
}

/** Asterisk closes connections that are idle for 15 s (`session_inactivity`, `session_keep_alive`). */
const IDLE_MS = 10_000;
/** Asterisk allows `sessionlimit` (100) connections in total, including the event WebSocket. */
const MAX_SOCKETS = 8;
/** Asterisk answers 400 "Request line too long" beyond, with its end of line. */
const MAX_REQUEST_LINE_BYTES = 4096;

/**
 * Commands over HTTP. It uses Node's own client instead of `fetch`: it loads faster in a new Lambda environment, and it
 * reports whether a connection was reused.
 *
 * @example
 * const ari = createAriClient(httpTransport({ url: 'https://pbx.example.com:8089/ari', credentials }));
 */
export function httpTransport({ url, credentials, ca }: HttpTransportOptions): AriTransport {
  const root = url.replace(/\/+$/, '');
  const target: ConnectTarget = { url, privateCa: ca !== undefined };
  // Loaded when needed and without `await`: a function that uses plain HTTP does not load TLS.
  const http = process.getBuiltinModule(root.startsWith('https:') ? 'node:https' : 'node:http');
  const settings: AgentOptions = { keepAlive: true, timeout: IDLE_MS, maxSockets: MAX_SOCKETS, ca };
  const agent = new http.Agent(settings) as Agent;
  let usedAt = 0;
  let underWay = 0;
  let renewal: { of: string; to: Promise<Credentials> } | undefined;

  function send(request: AriRequest, authorization: string): Promise<AriResponse> {
    // By the wall clock: while a Lambda environment is frozen its timers stop, but Asterisk closes idle connections.
    if (underWay === 0 && Date.now() - usedAt > IDLE_MS) dropIdle(agent);
    const query = request.query.size > 0 ? `?${request.query}` : '';
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers: Record<string, string | number> = { authorization };
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(body);
    }
    const options: RequestOptions = { agent, headers, method: request.method, signal: request.signal };

    underWay += 1;
    return new Promise<AriResponse>((resolve, reject) => {
      const outgoing = http.request(root + request.path + query, options, (incoming) =>
        readAnswer(incoming).then(resolve, reject),
      );
      outgoing.on('error', (error) => {
        if (request.signal.aborted) return reject(request.signal.reason);
        // One kept connection was already dead: the others are probably dead too, and the repeat must not use them.
        if (outgoing.reusedSocket) dropIdle(agent);
        reject(explained(error, outgoing.reusedSocket, target));
      });
      outgoing.end(body);
    }).finally(() => {
      underWay -= 1;
      usedAt = Date.now();
    });
  }

  /** Fetches credentials again after a refusal: once for all commands that were refused with the same ones. */
  function renewed(refused: string): Promise<Credentials> {
    if (renewal?.of !== refused) renewal = { of: refused, to: credentials.refresh() };
    return renewal.to;
  }

  return {
    async request(request) {
      const line = requestLineBytes(root, request);
      if (line > MAX_REQUEST_LINE_BYTES) return lineTooLong(line);
      const user = await readable(credentials.get());
      const authorization = basicAuthorization(user);
      const response = await send(request, authorization);
      if (response.status !== 401) return withAdvice(response, target, user.username);
      try {
        const fresh = await readable(renewed(authorization));
        const second = await send(request, basicAuthorization(fresh));
        if (second.status === 401) renewal = undefined; // not rotated yet: the next command fetches again
        return withAdvice(second, target, fresh.username);
      } catch (error) {
        renewal = undefined;
        throw error;
      }
    },
    close: () => agent.destroy(),
  };
}

function requestLineBytes(root: string, { method, path, query }: AriRequest): number {
  return `${method} ${new URL(root).pathname}${path}?${query} HTTP/1.1\r\n`.length;
}

function lineTooLong(bytes: number): AriResponse {
  const message = `expected ids, and parameters of a GET, of at most ${MAX_REQUEST_LINE_BYTES} bytes in the URL, got ${bytes}. Nothing was sent`;
  return { status: 414, reason: 'URI Too Long', body: JSON.stringify({ message }) };
}

function dropIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

async function readAnswer(incoming: IncomingMessage): Promise<AriResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const type = incoming.headers['content-type'] ?? '';
  return {
    status: incoming.statusCode ?? 0,
    reason: incoming.statusMessage ?? '',
    body: /^$|json|^text\//.test(type) ? bytes.toString('utf8') : bytes,
  };
}

/** Distinguishes a secret that cannot be read from a server that cannot be reached. */
async function readable(credentials: Promise<Credentials>): Promise<Credentials> {
  try {
    return await credentials;
  } catch (error) {
    throw new NotSentError(`the credentials cannot be read: ${reasonOf(error)}`);
  }
}

/** Errors of connections that were never established: nothing listens, or the certificate is not accepted. */
const NEVER_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_TLS_CERT_.*|UNABLE_TO_.*|.*CERT_.*|.*_CERT)$/;
/** Errors that may occur before or after Asterisk has received the request. */
const UNCERTAIN = /^(ECONNRESET|ETIMEDOUT|EPROTO|ERR_SSL_.*|HPE_INVALID_CONSTANT)$/;

function explained(error: NodeJS.ErrnoException, reusedSocket: boolean, target: ConnectTarget): Error {
  // The end of a kept-alive connection means only that it had been idle for too long.
  if (reusedSocket) return error;
  const { code = '' } = error;
  if (NEVER_CONNECTED.test(code)) return new NotSentError(networkFault(error, target).says, { cause: error });
  return UNCERTAIN.test(code) ? new Error(networkFault(error, target).says) : error;
}

/** Adds the refused user, and what to check, to Asterisk's own message, which names neither. */
function withAdvice(response: AriResponse, target: ConnectTarget, username: string): AriResponse {
  const { status, body } = response;
  if (typeof body !== 'string') return response;
  const aboutUser = status === 401 || (status === 403 && /Write access denied|by ACL/.test(body));
  const unserved = status === 503 || (status === 404 && /^\s*</.test(body));
  if (!aboutUser && !unserved) return response;
  return { ...response, advice: statusFault({ status, body }, target, username).says };
}
