import type { AriRequest, AriResponse, AriTransport } from './client.ts';
import { NotSentError, reasonOf } from './errors.ts';
import type { RESTRequest, RESTResponse } from './generated/model.ts';

/**
 * How to send the frames of commands over an open event WebSocket.
 *
 * @example
 * const options: WebSocketTransportOptions = { send: (frame) => socket.send(frame), maxUnderWay: 8 };
 */
export interface WebSocketTransportOptions {
  /** Sends a text frame, or throws where the socket is not open. */
  send(frame: string): void;
  /**
   * Maximum commands sent to Asterisk at the same time. It carries out those of one socket one after the other, and a
   * sent command cannot be cancelled; the others wait here, where their timeout can end them. @default 64
   */
  maxUnderWay?: number | undefined;
  /** Called by `close()`, to close the socket. @default the socket stays open */
  close?(): void;
}

/**
 * A transport whose owner has to pass on the messages and the end of the WebSocket.
 *
 * @example
 * socket.on('message', (data) => transport.receive(JSON.parse(String(data))));
 * socket.on('close', (code) => transport.end(`close code ${code}`));
 */
export interface WebSocketTransport extends AriTransport {
  /**
   * To be called with each parsed message of the socket.
   *
   * @returns whether it was the response to a command, and so not an event
   */
  receive(event: unknown): boolean;
  /** To be called when the socket has closed: pending commands and all further ones fail as `unavailable`. */
  end(reason: string): void;
}

/** A pending command. */
interface UnderWay {
  resolve(response: AriResponse): void;
  reject(reason: unknown): void;
}

/** Asterisk closes the WebSocket, and with it all event delivery, on a larger frame (close code 1009). */
const MAX_FRAME_BYTES = 65_535;

/**
 * Commands over an open event WebSocket (Asterisk 20.14, 21.9, 22.4 or later), where a connection to Asterisk's HTTP
 * port is not possible or not wanted. Asterisk carries them out in the order in which they were sent, as the socket's
 * user: a read-only user gets 403. A recording's file cannot be fetched over it (406).
 *
 * An event filter with an `allowed` list also hides the responses, unless it includes `RESTResponse`.
 *
 * @example
 * const transport = webSocketTransport({ send: (frame) => socket.send(frame) });
 * socket.on('message', (data) => {
 *   const event = JSON.parse(String(data));
 *   if (!transport.receive(event)) handle(event);
 * });
 * socket.on('close', () => transport.end('the socket was closed'));
 * const ari = createAriClient(transport);
 */
export function webSocketTransport(options: WebSocketTransportOptions): WebSocketTransport {
  const { send, maxUnderWay = 64, close } = options;
  const underWay = new Map<string, UnderWay>();
  const waiting = new Set<() => void>();
  let sent = 0;
  let ended: string | undefined;

  /** Waits until fewer than the maximum of commands are pending. */
  function turn(signal: AbortSignal): Promise<void> {
    if (underWay.size < maxUnderWay) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', give);
        resolve();
      };
      const give = (): void => {
        waiting.delete(go);
        reject(
          new NotSentError(`${maxUnderWay} commands before it were not answered in time`, { cause: signal.reason }),
        );
      };
      waiting.add(go);
      signal.addEventListener('abort', give, { once: true });
    });
  }

  function next(): void {
    const [first] = waiting;
    if (!first) return;
    waiting.delete(first);
    first();
  }

  async function request(command: AriRequest): Promise<AriResponse> {
    const { signal } = command;
    signal.throwIfAborted();
    sent += 1;
    const id = String(sent);
    const frame = frameOf(id, command);
    const bytes = Buffer.byteLength(frame);
    if (bytes > MAX_FRAME_BYTES) return tooLarge(bytes);
    // In a loop: another command may have taken the place before this one continues.
    while (ended === undefined && underWay.size >= maxUnderWay) await turn(signal);
    if (ended !== undefined) throw new NotSentError(`the WebSocket is closed: ${ended}`);
    const abort = (): void => underWay.get(id)?.reject(signal.reason);
    try {
      return await new Promise<AriResponse>((resolve, reject) => {
        underWay.set(id, { resolve, reject });
        signal.addEventListener('abort', abort, { once: true });
        try {
          send(frame);
        } catch (cause) {
          reject(new NotSentError(`cannot send the command over the WebSocket: ${reasonOf(cause)}`, { cause }));
        }
      });
    } finally {
      signal.removeEventListener('abort', abort);
      underWay.delete(id);
      next();
    }
  }

  function end(reason: string): void {
    ended ??= reason;
    for (const { reject } of underWay.values()) reject(new Error(`the WebSocket was closed: ${reason}`));
    for (const go of waiting) go();
    waiting.clear();
  }

  return {
    request,
    receive(event) {
      const answer = event as Partial<RESTResponse> | null;
      if (answer?.type !== 'RESTResponse') return false;
      const { request_id = '', status_code = 0, reason_phrase = '', message_body = '' } = answer;
      // There is no pending command for a response that came too late; every command has an id.
      underWay.get(request_id)?.resolve({ status: status_code, reason: reason_phrase, body: message_body });
      return true;
    },
    end,
    close() {
      end('by this side');
      close?.();
    },
  };
}

function frameOf(id: string, { method, path, query, body }: AriRequest): string {
  const frame: RESTRequest = {
    type: 'RESTRequest',
    transaction_id: id,
    request_id: id,
    method,
    // Relative to the root: Asterisk answers a path that begins with "/" with 405.
    uri: path.slice(1),
    query_strings: Array.from(query, ([name, value]) => ({ name, value })),
    ...(body !== undefined && { content_type: 'application/json', message_body: JSON.stringify(body) }),
  };
  return JSON.stringify(frame);
}

/** Quotes and backslashes of a body are escaped once more in the frame: a body that fits HTTP may be too large here. */
function tooLarge(bytes: number): AriResponse {
  const message = `expected a command of at most ${MAX_FRAME_BYTES} bytes over the WebSocket, got ${bytes}: send less in one command. Nothing was sent`;
  return { status: 413, reason: 'Content Too Large', body: JSON.stringify({ message }) };
}
