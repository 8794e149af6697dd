import { AriError } from './errors.ts';
import { type AriResources, operations } from './generated/operations.ts';

/** One command on its way to Asterisk. */
export interface AriRequest {
  method: string;
  /** Path below the ARI root, its parameters encoded, e.g. `/channels/1795403597.0/answer`. */
  path: string;
  query: URLSearchParams;
  body: unknown;
  signal: AbortSignal;
}

export interface AriResponse {
  status: number;
  /** The reason phrase; Asterisk puts words of its own there. */
  reason: string;
  body: string;
}

/** The way commands travel: over HTTP today. Rejects only when there was no answer. */
export interface AriTransport {
  request(request: AriRequest): Promise<AriResponse>;
  close(): void;
}

export interface CallOptions {
  /** Ends the wait for an answer; the command may have been carried out all the same. */
  signal?: AbortSignal;
  /** How long to wait for an answer, in milliseconds. @default the client's `timeoutMs` */
  timeoutMs?: number;
}

/** Every ARI command, by resource: `ari.channels.answer({ channelId })`. Failures are `AriError`s. */
export interface AriClient extends AriResources {
  close(): void;
}

type Params = Record<string, unknown>;

/**
 * An ARI client over any transport.
 *
 * @param options.timeoutMs how long a command may take, in milliseconds. @default 5000
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
  let response: AriResponse;
  try {
    response = await transport.request(request);
  } catch (cause) {
    if (cause instanceof AriError) throw cause;
    throw new AriError(operation, request.path, { cause });
  }
  if (response.status >= 200 && response.status < 300) return response.body === '' ? undefined : parse(response.body);
  throw new AriError(operation, request.path, { status: response.status, message: messageOf(response) });
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

/** Nearly every answer is JSON; a recording's file is not. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function messageOf({ reason, body }: AriResponse): string {
  const parsed = parse(body);
  const said = (parsed as { message?: unknown } | null)?.message ?? (parsed as { error?: unknown } | null)?.error;
  return typeof said === 'string' ? said : reason;
}
