import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Agent, AgentOptions } from 'node:https';
import type { AriRequest, AriResponse, AriTransport } from './client.ts';
import { type ConnectTarget, networkFault, statusFault } from './connect-failure.ts';
import { basicAuthorization, type Credentials, type CredentialsProvider } from './credentials.ts';
import { NotSentError, reasonOf } from './errors.ts';

/**
 * Where an Asterisk is reached, and as whom.
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
   * Certificates (PEM) of the authorities to trust in place of the public ones, for an Asterisk with a private CA.
   * @default those of Node, and of the file that the environment variable NODE_EXTRA_CA_CERTS names
   */
  ca?: string | string[] | undefined;
}

/** Asterisk closes a connection that was idle for 15 s (`session_inactivity`, `session_keep_alive`). */
const IDLE_MS = 10_000;
/** Asterisk serves `sessionlimit` (100) connections in all, the event WebSocket among them. */
const MAX_SOCKETS = 8;

/**
 * Commands over HTTP. Node's own client rather than `fetch`: it is there sooner in a new Lambda environment, and it tells
 * whether a connection was reused.
 *
 * @example
 * const ari = createAriClient(httpTransport({ url: 'https://pbx.example.com:8089/ari', credentials }));
 */
export function httpTransport({ url, credentials, ca }: HttpTransportOptions): AriTransport {
  const root = url.replace(/\/+$/, '');
  const target: ConnectTarget = { url, privateCa: ca !== undefined };
  // Loaded when needed and without `await`: a function that speaks plain HTTP never pays for TLS.
  const http = process.getBuiltinModule(root.startsWith('https:') ? 'node:https' : 'node:http');
  const settings: AgentOptions = { keepAlive: true, timeout: IDLE_MS, maxSockets: MAX_SOCKETS, ca };
  const agent = new http.Agent(settings) as Agent;
  let usedAt = 0;
  let underWay = 0;
  let renewal: { of: string; to: Promise<Credentials> } | undefined;

  function send(request: AriRequest, authorization: string): Promise<AriResponse> {
    // By the clock on the wall: a Lambda's timers sleep with it, and Asterisk has closed its connections meanwhile.
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
        // One kept connection had died unseen: the others have as well, and the repeat shall not meet them.
        if (outgoing.reusedSocket) dropIdle(agent);
        reject(explained(error, outgoing.reusedSocket, target));
      });
      outgoing.end(body);
    }).finally(() => {
      underWay -= 1;
      usedAt = Date.now();
    });
  }

  /** Fetches credentials anew in place of those that were refused: once for all commands that were refused with them. */
  function renewed(refused: string): Promise<Credentials> {
    if (renewal?.of !== refused) renewal = { of: refused, to: credentials.refresh() };
    return renewal.to;
  }

  return {
    async request(request) {
      const user = await readable(credentials.get());
      const authorization = basicAuthorization(user);
      const response = await send(request, authorization);
      if (response.status !== 401) return withAdvice(response, target, user.username);
      try {
        const fresh = await readable(renewed(authorization));
        const second = await send(request, basicAuthorization(fresh));
        if (second.status === 401) renewal = undefined; // not rotated yet: the next command asks again
        return withAdvice(second, target, fresh.username);
      } catch (error) {
        renewal = undefined;
        throw error;
      }
    },
    close: () => agent.destroy(),
  };
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

/** Tells a secret that cannot be read from an Asterisk that cannot be reached. */
async function readable(credentials: Promise<Credentials>): Promise<Credentials> {
  try {
    return await credentials;
  } catch (error) {
    throw new NotSentError(`the credentials cannot be read: ${reasonOf(error)}`);
  }
}

/** Errors of connections that never came about: nobody there, or a certificate that is not accepted. */
const NEVER_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_TLS_CERT_.*|UNABLE_TO_.*|.*CERT_.*|.*_CERT)$/;
/** Errors that may come before or after the request has arrived. */
const UNCERTAIN = /^(ECONNRESET|ETIMEDOUT|EPROTO|ERR_SSL_.*|HPE_INVALID_CONSTANT)$/;

function explained(error: NodeJS.ErrnoException, reusedSocket: boolean, target: ConnectTarget): Error {
  // On a connection that was kept alive, an end says nothing but that it had been idle for too long.
  if (reusedSocket) return error;
  const { code = '' } = error;
  if (NEVER_CONNECTED.test(code)) return new NotSentError(networkFault(error, target).says, { cause: error });
  return UNCERTAIN.test(code) ? new Error(networkFault(error, target).says) : error;
}

/** What Asterisk says of a user that it refuses helps nobody: which user, and where to look, does. */
function withAdvice(response: AriResponse, target: ConnectTarget, username: string): AriResponse {
  const { status, body } = response;
  if (typeof body !== 'string') return response;
  const aboutUser = status === 401 || (status === 403 && /Write access denied|by ACL/.test(body));
  const unserved = status === 503 || (status === 404 && /^\s*</.test(body));
  if (!aboutUser && !unserved) return response;
  return { ...response, advice: statusFault({ status, body }, target, username).says };
}
