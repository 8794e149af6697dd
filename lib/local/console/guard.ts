import type { IncomingMessage, ServerResponse } from 'node:http';

/** A refused request: the HTTP status, and what was expected. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Maximum bytes of a request's body: the limit of an event on the bus. */
const MAX_BODY = 1_048_576;

const HEADERS = {
  // No foreign and no inline scripts: a caller's name that contains a script is not executed.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}

/**
 * Accepts requests of the console's own page only. A foreign page may neither dial nor read events: not from its own
 * origin, and not under a host name that resolves to 127.0.0.1 (DNS rebinding).
 *
 * @throws RequestError
 */
export function checkOrigin({ method, headers, socket }: IncomingMessage): void {
  const own = [`127.0.0.1:${socket.localPort}`, `localhost:${socket.localPort}`];
  const host = headers.host ?? '';
  if (!own.includes(host)) throw new RequestError(421, `Expected the host ${own.join(' or ')}, got "${host}"`);
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new RequestError(403, `Expected a request of this console's own page, got one from "${origin}"`);
  }
  const site = headers['sec-fetch-site'];
  const opened = method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opened) {
    throw new RequestError(403, `Expected a request of this console's own page, got one that is ${site}`);
  }
  // A foreign form can send other content types without a preflight request, but not this one.
  if (method !== 'GET' && method !== 'HEAD' && headers['content-type'] !== 'application/json') {
    throw new RequestError(415, `Expected content-type: application/json, got "${headers['content-type'] ?? ''}"`);
  }
}

/**
 * A request's body.
 *
 * @throws RequestError where it is too large, or not a JSON object
 */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new RequestError(413, `Expected a body of at most ${MAX_BODY} bytes, got more`);
    chunks.push(chunk as Buffer);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new RequestError(400, `Expected a JSON object, got invalid JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RequestError(400, `Expected a JSON object, got ${Array.isArray(value) ? 'an array' : typeof value}`);
  }
  return value as Record<string, unknown>;
}

/** @throws RequestError where the key's value is missing, not a string, or too long */
export function textOf(body: Record<string, unknown>, key: string, maxLength = 80): string {
  const value = body[key];
  if (typeof value !== 'string' || value === '' || value.length > maxLength) {
    throw new RequestError(
      400,
      `Expected \`${key}\` to be a string of 1 to ${maxLength} characters, got ${typeof value}`,
    );
  }
  return value;
}
