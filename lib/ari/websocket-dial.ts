import { parseJson } from '../json.ts';
import { type ConnectTarget, networkFault, statusFault } from './connect-failure.ts';
import { basicAuthorization, type Credentials, type CredentialsProvider } from './credentials.ts';
import { NotSentError, reasonOf } from './errors.ts';
import { type WebSocketTransport, webSocketTransport } from './websocket-transport.ts';

/**
 * The Asterisk server to connect to, the user, and the apps.
 *
 * @example
 * const options: DialOptions = {
 *   url: 'https://pbx.example.com:8089/ari',
 *   credentials,
 *   apps: ['my-console'],
 *   onEvent: (event) => console.log(event),
 * };
 */
export interface DialOptions {
  /** The ARI root with any prefix of http.conf, e.g. `https://pbx.example.com:8089/ari`. */
  url: string;
  credentials: CredentialsProvider;
  /**
   * At least one. Asterisk sends `ApplicationReplaced` to a previous subscriber: for commands only, use a unique name.
   */
  apps: readonly string[];
  /** Called with every event as received, including types that the model does not know, but no responses to commands. */
  onEvent?(event: unknown): void;
  /** Called once, when the socket has closed. There is no automatic reconnect. */
  onEnd?(reason: string): void;
  /** Certificates (PEM) of the CAs to trust instead of the public ones. @default Node's CAs */
  ca?: string | string[] | undefined;
  /** @default 64 */
  maxUnderWay?: number | undefined;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * Connects to Asterisk's event WebSocket with the package `ws`, which is loaded by the first call, and makes a transport
 * of it. Credentials are sent in the header; after a 401 they are fetched again, once.
 *
 * @throws NotSentError when Asterisk cannot be reached or refuses the connection.
 * @example
 * const transport = await dialWebSocketTransport({ url: 'https://pbx.example.com:8089/ari', credentials, apps: ['me'] });
 * const ari = createAriClient(transport);
 * const { system } = await ari.asterisk.getInfo(); // system?.version is "22.10.1"
 * ari.close(); // closes the socket too
 */
export async function dialWebSocketTransport(options: DialOptions): Promise<WebSocketTransport> {
  try {
    return await dial(options, await options.credentials.get());
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) throw error;
    return dial(options, await options.credentials.refresh());
  }
}

class Refused extends NotSentError {
  readonly status: number;

  constructor(status: number, advice: string) {
    super(advice);
    this.status = status;
  }
}

async function dial(options: DialOptions, credentials: Credentials): Promise<WebSocketTransport> {
  const { WebSocket } = await import('ws');
  const target: ConnectTarget = { url: options.url, privateCa: options.ca !== undefined };
  const url = new URL(`${options.url.replace(/\/+$/, '')}/events`);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  // Asterisk treats a repeated name as a second subscriber, and sends ApplicationReplaced to the first.
  url.searchParams.set('app', [...new Set(options.apps)].join(','));
  const socket = new WebSocket(url, {
    headers: { authorization: basicAuthorization(credentials) },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    perMessageDeflate: false,
    // Invalid UTF-8 in one caller's name must not close the connection.
    skipUTF8Validation: true,
    ca: options.ca,
  });
  const transport = webSocketTransport({
    send: (frame) => {
      if (socket.readyState !== WebSocket.OPEN) throw new Error('the socket is closing');
      socket.send(frame);
    },
    close: () => socket.close(1000),
    maxUnderWay: options.maxUnderWay,
  });

  let opened = false;
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      opened = true;
      resolve(transport);
    });
    socket.once('unexpected-response', (request, response) => {
      const status = response.statusCode ?? 0;
      reject(new Refused(status, statusFault({ status, body: '' }, target, credentials.username).says));
      request.destroy();
    });
    socket.on('message', (data: Buffer) => {
      const event = parseJson(data.toString('utf8'));
      if (event === undefined) socket.close(1007, 'expected JSON');
      else if (!transport.receive(event)) options.onEvent?.(event);
    });
    socket.on('error', (error) => {
      reject(new NotSentError(networkFault(error, target).says, { cause: error }));
      transport.end(reasonOf(error));
    });
    socket.on('close', (code, reason) => {
      const words = `close code ${code} ${reason}`.trim();
      transport.end(words);
      if (opened) options.onEnd?.(words);
    });
  });
}
