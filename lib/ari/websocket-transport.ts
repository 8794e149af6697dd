import type { AriRequest, AriResponse, AriTransport } from './client.ts';
import { NotSentError, reasonOf } from './errors.ts';
import type { RESTRequest, RESTResponse } from './generated/model.ts';

/**
 * Where the frames of commands go: an open event WebSocket, whoever dialled it.
 *
 * @example
 * const options: WebSocketTransportOptions = { send: (frame) => socket.send(frame), maxUnderWay: 8 };
 */
export interface WebSocketTransportOptions {
  /** Sends a text frame, or throws where the socket is not open. */
  send(frame: string): void;
  /**
   * Commands that Asterisk is given at the same time. It carries those of one socket out one after the other, and what
   * it has been given cannot be taken back; all others wait here, where their timeout ends them. @default 64
   */
  maxUnderWay?: number | undefined;
  /** Called by `close()`, for whoever shall close the socket then. @default the socket stays open */
  close?(): void;
}

/**
 * A transport that has to be told what its WebSocket does.
 *
 * @example
 * socket.on('message', (data) => transport.receive(JSON.parse(String(data))));
 * socket.on('close', (code) => transport.end(`close code ${code}`));
 */
export interface WebSocketTransport extends AriTransport {
  /**
   * Takes an event that came over the socket, parsed.
   *
   * @returns whether it was the answer to a command, and nothing for those who listen to events.
   */
  receive(event: unknown): boolean;
  /** The socket has ended: commands under way fail as `unavailable`, and so does every further one. */
  end(reason: string): void;
}

/** A command on its way. */
interface UnderWay {
  resolve(response: AriResponse): void;
  reject(reason: unknown): void;
}

/** Asterisk closes the WebSocket, with everybody's events on it, on a frame beyond this (close code 1009). */
const MAX_FRAME_BYTES = 65_535;

/**
 * Commands over an open event WebSocket (Asterisk 20.14, 21.9, 22.4 or later), for where no connection to Asterisk's
 * HTTP port is possible or wanted. They are carried out in the order in which they were sent, and as the user that the
 * socket belongs to: a read-only one gets 403. A recording's file cannot be fetched over it (406).
 *
 * An event filter with an `allowed` list hides the answers too, unless it names `RESTResponse`.
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

  /** Waits until there is room among the commands under way. */
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
    // Again and again: whoever is woken may find that another command has taken the room.
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
          reject(new NotSentError(`the WebSocket takes no command: ${reasonOf(cause)}`, { cause }));
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
      // Nobody waits any more for what was given up, and no command of ours is without an id.
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
    // Below the root: a path that begins with "/" is answered with 405.
    uri: path.slice(1),
    query_strings: Array.from(query, ([name, value]) => ({ name, value })),
    ...(body !== undefined && { content_type: 'application/json', message_body: JSON.stringify(body) }),
  };
  return JSON.stringify(frame);
}

/** As over HTTP, where Asterisk says it by itself: bodies beyond 40,960 bytes. */
function tooLarge(bytes: number): AriResponse {
  const message = `expected a command of at most ${MAX_FRAME_BYTES} bytes over the WebSocket, got ${bytes}: send less at once`;
  return { status: 413, reason: 'Content Too Large', body: JSON.stringify({ message }) };
}
