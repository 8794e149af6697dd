import { parseJson } from '../json.ts';
import type { CallOptions } from './call-options.ts';
import { AriError, NotSentError } from './errors.ts';
import { type AriResources, operations } from './generated/operations.ts';
import { type Repeat, repeatOf } from './repeat.ts';

/**
 * One command on its way to Asterisk, as a transport is given it.
 *
 * @example
 * // ari.channels.play({ channelId: '1795403597.0', media: ['sound:a', 'sound:b'] }) becomes
 * const request: AriRequest = {
 *   method: 'POST',
 *   path: '/channels/1795403597.0/play',
 *   query: new URLSearchParams({ media: 'sound:a,sound:b' }),
 *   body: undefined,
 *   signal: AbortSignal.timeout(5000),
 * };
 */
export interface AriRequest {
  method: string;
  /** Path below the ARI root, its parameters encoded, e.g. `/channels/1795403597.0/answer`. */
  path: string;
  query: URLSearchParams;
  body: unknown;
  signal: AbortSignal;
}

/**
 * What Asterisk answered, as a transport gives it back.
 *
 * @example
 * const response: AriResponse = { status: 404, reason: 'Not Found', body: '{"message":"Channel not found"}' };
 */
export interface AriResponse {
  status: number;
  /** The reason phrase; Asterisk puts words of its own there. */
  reason: string;
  /** Text, which is JSON nearly always; bytes where the answer is a file. */
  body: string | Uint8Array;
  /** What is wrong where a refusal is not about the command, but about the user or the server, and what to do. */
  advice?: string;
}

/**
 * The way commands travel: `httpTransport`, `webSocketTransport`, or one of your own.
 *
 * @example
 * const logged: AriTransport = {
 *   request: (request) => {
 *     console.log(request.method, request.path);
 *     return transport.request(request);
 *   },
 *   close: () => transport.close(),
 * };
 */
export interface AriTransport {
  /**
   * Rejects only when there was no answer; with `NotSentError` when Asterisk has certainly not seen the request, with an
   * error named `TimeoutError` when its time is up.
   */
  request(request: AriRequest): Promise<AriResponse>;
  close(): void;
}

/**
 * Every ARI command, by resource, in the API's own words. Failures are `AriError`s.
 *
 * @example
 * const { id } = await ari.bridges.create({ type: 'mixing' });
 * await ari.bridges.addChannel({ bridgeId: id, channel: [caller, agent] });
 */
export interface AriClient extends AriResources {
  close(): void;
}

type Params = Record<string, unknown>;

/** The pauses before a command is sent again: at once, for a connection that had died unseen, and once more. */
const REPEAT_AFTER_MS = [0, 250];

/**
 * An ARI client over any transport.
 *
 * A command that never reached Asterisk is sent again. So is one whose answer was lost, if doing it twice is the same
 * as once: reading, setting, ending, and creating what has an id of the caller's choice. Choose ids where losing a
 * command would hurt: `channels.create({ channelId })`, `bridges.createWithId({ bridgeId })`; ids that nobody else would
 * choose, as after a lost answer a thing that was there before cannot be told from one's own. A playback is never
 * repeated, as Asterisk would play it twice, whatever its id; nor is anything after 503, as booting takes seconds.
 *
 * @param options.timeoutMs how long a command may take, repeats included, in milliseconds. @default 5000
 * @example
 * const ari = createAriClient(httpTransport({ url: 'https://pbx:8089/ari', credentials }));
 * await ari.channels.answer({ channelId: '1795403597.0' });
 */
export function createAriClient(transport: AriTransport, options: { timeoutMs?: number } = {}): AriClient {
  const defaultTimeout = options.timeoutMs ?? 5000;
  const client: Record<string, unknown> = { close: () => transport.close() };
  for (const [resource, commands] of Object.entries(operations)) {
    client[resource] = Object.fromEntries(
      Object.entries(commands).map(([name, template]) => [
        name,
        (params: Params = {}, { signal, timeoutMs = defaultTimeout }: CallOptions = {}) => {
          const timeout = AbortSignal.timeout(timeoutMs);
          const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
          return call(transport, `${resource}.${name}`, template, params, either);
        },
      ]),
    );
  }
  return client as unknown as AriClient;
}

async function call(
  transport: AriTransport,
  operation: string,
  template: string,
  params: Params,
  signal: AbortSignal,
): Promise<unknown> {
  const request = { ...fill(operation, template, params), signal };
  const repeat = repeatOf(operation, template, params);
  let lost = false;
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await ask(transport, operation, request);
    } catch (error) {
      if (!(error instanceof AriError)) throw error;
      if (lost && error.status !== undefined) return await doneBefore(error, repeat, transport, signal);
      const unseen = error.cause instanceof NotSentError;
      const pause = REPEAT_AFTER_MS[repeats];
      // The time is up by the signal, or by the transport's own clock.
      const late = signal.aborted || (error.cause instanceof Error && error.cause.name === 'TimeoutError');
      if (error.status !== undefined || !(unseen || repeat) || pause === undefined || late) throw error;
      lost ||= !unseen;
      await Promise.race([new Promise((resolve) => setTimeout(resolve, pause)), abortOf(signal)]).catch(() => {
        throw error;
      });
    }
  }
}

async function ask(transport: AriTransport, operation: string, request: AriRequest): Promise<unknown> {
  let response: AriResponse;
  try {
    response = await Promise.race([transport.request(request), abortOf(request.signal)]);
  } catch (cause) {
    throw new AriError(operation, request.path, { cause });
  }
  const { status, body, advice } = response;
  if (status < 200 || status >= 300) {
    throw new AriError(operation, request.path, { status, message: messageOf(response), advice });
  }
  if (typeof body !== 'string') return body;
  if (body === '') return undefined;
  const value = parseJson(body);
  if (value === undefined) {
    throw new AriError(operation, request.path, {
      status,
      message: 'expected JSON: is this the ARI root of Asterisk?',
    });
  }
  return value;
}

/** A repeat was refused: was it the lost request that had done already what the repeat was to do? */
async function doneBefore(
  refusal: AriError,
  repeat: Repeat | undefined,
  transport: AriTransport,
  signal: AbortSignal,
): Promise<unknown> {
  if (repeat?.doneStatus === refusal.status) return undefined;
  if (!repeat?.created) throw refusal;
  const { resource, id } = repeat.created;
  try {
    const params = resource === 'channels' ? { channelId: id } : { bridgeId: id };
    return await call(transport, `${resource}.get`, operations[resource].get, params, signal);
  } catch (error) {
    throw error instanceof AriError && error.kind === 'gone' ? refusal : error;
  }
}

/** Puts the parameters where the operation's template wants them: path, body, and all others the query. */
function fill(operation: string, template: string, params: Params): Omit<AriRequest, 'signal'> {
  const [method = '', pathTemplate = '', bodyName = ''] = template.split(' ');
  const left = new Map(Object.entries(params));
  const path = pathTemplate.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = left.get(name);
    if (value === undefined || value === '') {
      throw new TypeError(`${operation}: expected \`${name}\` to be a non-empty string, got ${JSON.stringify(value)}`);
    }
    // However they are encoded, a URL takes them for steps to another path.
    if (value === '.' || value === '..') {
      throw new TypeError(`${operation}: expected \`${name}\` to be an id, got "${value}", which no URL can carry`);
    }
    left.delete(name);
    return encodeURIComponent(String(value));
  });

  const keyed = /^\{(\w+)\}$/.exec(bodyName)?.[1];
  const value = left.get(keyed ?? bodyName);
  left.delete(keyed ?? bodyName);
  const body = keyed && value !== undefined ? { [keyed]: value } : value;

  const query = new URLSearchParams();
  for (const [name, given] of left) if (given !== undefined) query.set(name, String(given));
  return { method, path, query, body };
}

/** Rejects when the signal is aborted: whatever the transport waits for, the caller does not. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function messageOf({ reason, body }: AriResponse): string {
  const said =
    typeof body === 'string' ? (parseJson(body) as { message?: unknown; error?: unknown } | null | undefined) : {};
  const message = said?.message ?? said?.error;
  return typeof message === 'string' ? message : reason;
}
