import { parseJson } from '../json.ts';
import type { CallOptions } from './call-options.ts';
import { AriError, NotSentError } from './errors.ts';
import { type AriResources, operations } from './generated/operations.ts';
import { type Repeat, repeatOf } from './repeat.ts';

/**
 * One command for Asterisk, as a transport receives it.
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
 * Asterisk's response, as a transport returns it.
 *
 * @example
 * const response: AriResponse = { status: 404, reason: 'Not Found', body: '{"message":"Channel not found"}' };
 */
export interface AriResponse {
  status: number;
  /** The reason phrase; Asterisk uses its own texts. */
  reason: string;
  /** Text, nearly always JSON; bytes where the response is a file. */
  body: string | Uint8Array;
  /** Where a refusal is about the user or the server, and not the command: what is wrong, and what to do. */
  advice?: string;
}

/**
 * Carries commands to Asterisk: `httpTransport`, `webSocketTransport`, or one of your own.
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
   * Rejects only when there was no response: with `NotSentError` when Asterisk has certainly not received the request,
   * with an error named `TimeoutError` when the time limit has passed.
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

/** The pauses before a command is repeated: at once, in case the connection was already dead, and once more. */
const REPEAT_AFTER_MS = [0, 250];

/**
 * An ARI client over any transport.
 *
 * A command that never reached Asterisk is sent again. So is a command whose response was lost, if it is idempotent:
 * reading, setting, ending, and creating with an id that the caller chooses. Choose ids for commands that must not be
 * lost: `channels.create({ channelId })`, `bridges.createWithId({ bridgeId })`. The ids must be unique, because after a
 * lost response an existing object cannot be distinguished from the new one. A playback is never repeated, as Asterisk
 * would play it twice, even with the same id; nor is any command after 503, as booting takes seconds.
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
      // The time limit is the signal's, or the transport's own.
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
      message: 'expected JSON; check that the URL is the ARI root of Asterisk',
    });
  }
  return value;
}

/** Whether a repeat was refused because the lost request had been carried out. */
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

/** Puts the parameters into the path and the body as in the operation's template, and all others into the query. */
function fill(operation: string, template: string, params: Params): Omit<AriRequest, 'signal'> {
  const [method = '', pathTemplate = '', bodyName = ''] = template.split(' ');
  const left = new Map(Object.entries(params));
  const path = pathTemplate.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = left.get(name);
    if (value === undefined || value === '') {
      throw new TypeError(`${operation}: expected \`${name}\` to be a non-empty string, got ${JSON.stringify(value)}`);
    }
    // Even encoded, a URL treats them as relative path segments.
    if (value === '.' || value === '..') {
      throw new TypeError(
        `${operation}: expected \`${name}\` to be an id, got "${value}", which cannot be part of a URL`,
      );
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

/** Rejects when the signal is aborted, so that the caller does not wait for the transport. */
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
