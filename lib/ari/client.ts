import { parseJson } from '../json.ts';
import type { CallOptions } from './call-options.ts';
import { AriError, NotSentError } from './errors.ts';
import { type AriResources, operations } from './generated/operations.ts';
import { absenceOr } from './missing-value.ts';
import { type Repeat, repeatOf } from './repeat.ts';
import { placeParameters } from './request.ts';
import { PAUSE_MS, TooEarly } from './too-early.ts';

/**
 * One command for Asterisk, as a transport receives it.
 *
 * @example
 * // ari.channels.play({ channelId: '1795403597.0', media: ['sound:a', 'sound:b'] }) becomes
 * const request: AriRequest = {
 *   method: 'POST',
 *   path: '/channels/1795403597.0/play',
 *   query: new URLSearchParams(),
 *   body: { media: ['sound:a', 'sound:b'] },
 *   signal: AbortSignal.timeout(5000),
 * };
 */
export interface AriRequest {
  method: string;
  /** Path below the ARI root, its parameters encoded, e.g. `/channels/1795403597.0/answer`. */
  path: string;
  /** The parameters of a GET, lists joined and escaped as Asterisk splits them; nearly always empty for others. */
  query: URLSearchParams;
  /** All parameters that are neither in the path nor in the query, to be sent as JSON; `undefined` where there are none. */
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
 * A channel that was just made is not in its app yet. Where Asterisk refuses a command for that ("Channel not in Stasis
 * application"), it is sent again every 50 ms for up to 2 s: `bridges.addChannel` always, any other where this client made
 * the channel less than 2 s ago.
 *
 * @param options.timeoutMs how long a command may take, repeats included, in milliseconds. @default 5000
 * @param options.sleep waits between two tries, for tests whose time is their own. @default in real time
 * @example
 * const ari = createAriClient(httpTransport({ url: 'https://pbx:8089/ari', credentials }));
 * await ari.channels.answer({ channelId: '1795403597.0' });
 */
export function createAriClient(
  transport: AriTransport,
  options: { timeoutMs?: number; sleep?: (ms: number) => Promise<unknown> } = {},
): AriClient {
  const { timeoutMs: defaultTimeout = 5000, sleep = byTheWall } = options;
  const wire: Wire = { transport, sleep, tooEarly: new TooEarly() };
  const client: Record<string, unknown> = { close: () => transport.close() };
  for (const [resource, commands] of Object.entries(operations)) {
    client[resource] = Object.fromEntries(
      Object.entries(commands).map(([name, template]) => [
        name,
        (params: Params = {}, { signal, timeoutMs = defaultTimeout }: CallOptions = {}) => {
          const timeout = AbortSignal.timeout(timeoutMs);
          const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
          const send = (all: Params) => call(wire, `${resource}.${name}`, template, all, either);
          if (name !== 'getChannelVar') return send(params);
          return send(params).catch(async (failure) => {
            throw await absenceOr(failure, params.variable, (variable) => send({ ...params, variable }));
          });
        },
      ]),
    );
  }
  return client as unknown as AriClient;
}

/** What a client's commands share. */
interface Wire {
  transport: AriTransport;
  sleep: (ms: number) => Promise<unknown>;
  tooEarly: TooEarly;
}

const byTheWall = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms));

async function call(
  wire: Wire,
  operation: string,
  template: string,
  params: Params,
  signal: AbortSignal,
): Promise<unknown> {
  const request = { ...placeParameters(operation, template, params), signal };
  const repeat = repeatOf(operation, template, params);
  const about = [params.channelId, params.channel].flat().filter((id) => typeof id === 'string');
  let lost = false;
  for (let repeats = 0, pauses = 0; ; ) {
    try {
      const answer = await ask(wire.transport, operation, request, about);
      wire.tooEarly.note(operation, answer);
      return answer;
    } catch (error) {
      if (!(error instanceof AriError)) throw error;
      let pause: number | undefined = PAUSE_MS;
      if (!lost && wire.tooEarly.mayPass(error, pauses)) pauses += 1;
      else {
        if (lost && error.status !== undefined) return await doneBefore(error, repeat, wire, signal);
        const unseen = error.cause instanceof NotSentError;
        pause = REPEAT_AFTER_MS[repeats++];
        // The time limit is the signal's, or the transport's own.
        const late = signal.aborted || (error.cause instanceof Error && error.cause.name === 'TimeoutError');
        if (error.status !== undefined || !(unseen || repeat) || pause === undefined || late) throw error;
        lost ||= !unseen;
      }
      await Promise.race([wire.sleep(pause), abortOf(signal)]).catch(() => {
        throw error;
      });
    }
  }
}

async function ask(
  transport: AriTransport,
  operation: string,
  request: AriRequest,
  about: readonly string[],
): Promise<unknown> {
  let response: AriResponse;
  try {
    response = await Promise.race([transport.request(request), abortOf(request.signal)]);
  } catch (cause) {
    throw new AriError(operation, request.path, { cause }, about);
  }
  const { status, body, advice } = response;
  if (status < 200 || status >= 300) {
    throw new AriError(operation, request.path, { status, message: messageOf(response), advice }, about);
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
  wire: Wire,
  signal: AbortSignal,
): Promise<unknown> {
  if (repeat?.doneKind === refusal.kind) return undefined;
  if (!repeat?.created) throw refusal;
  const { resource, id } = repeat.created;
  try {
    const params = resource === 'channels' ? { channelId: id } : { bridgeId: id };
    return await call(wire, `${resource}.get`, operations[resource].get, params, signal);
  } catch (error) {
    throw error instanceof AriError && error.kind === 'gone' ? refusal : error;
  }
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
