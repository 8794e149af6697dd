import type { Agent, RequestOptions } from 'node:http';
import type { AriRequest, AriResponse, AriTransport } from './client.ts';
import { basicAuthorization, type CredentialsProvider } from './credentials.ts';

export interface HttpTransportOptions {
  /** The ARI root with any prefix of http.conf, e.g. `https://pbx.example.com:8089/ari`. */
  url: string;
  credentials: CredentialsProvider;
}

/** Asterisk closes a connection that was idle for 15 s (`session_inactivity`, `session_keep_alive`). */
const IDLE_MS = 10_000;
/** Asterisk serves `sessionlimit` (100) connections in all, the event WebSocket among them. */
const MAX_SOCKETS = 8;

/**
 * Commands over HTTP. Node's own client rather than `fetch`: it tells whether a connection was reused, which
 * is what makes a dead one after a Lambda's sleep safe to replace, and its first request is 9 ms sooner.
 */
export function httpTransport({ url, credentials }: HttpTransportOptions): AriTransport {
  const root = url.replace(/\/+$/, '');
  // Loaded when needed and without `await`: a function that speaks plain HTTP never pays for TLS.
  const http = process.getBuiltinModule(root.startsWith('https:') ? 'node:https' : 'node:http');
  const agent: Agent = new http.Agent({ keepAlive: true, timeout: IDLE_MS, maxSockets: MAX_SOCKETS });

  function send(request: AriRequest, authorization: string): Promise<AriResponse> {
    const query = request.query.size > 0 ? `?${request.query}` : '';
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers: Record<string, string | number> = { authorization };
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(body);
    }
    const options: RequestOptions = { agent, headers, method: request.method, signal: request.signal };

    return new Promise((resolve, reject) => {
      const outgoing = http.request(root + request.path + query, options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            reason: incoming.statusMessage ?? '',
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      outgoing.on('error', (error) => {
        // The server had closed the kept-alive connection before this request reached it: nothing was done yet.
        if (outgoing.reusedSocket && isConnectionReset(error)) send(request, authorization).then(resolve, reject);
        else reject(request.signal.aborted ? request.signal.reason : error);
      });
      outgoing.end(body);
    });
  }

  return {
    async request(request) {
      const response = await send(request, basicAuthorization(await credentials.get()));
      if (response.status !== 401) return response;
      // Rotated meanwhile? Fetched anew once; the same again would be refused again.
      return send(request, basicAuthorization(await credentials.refresh()));
    },
    close: () => agent.destroy(),
  };
}

function isConnectionReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}
