import type { IncomingMessage, ServerResponse } from 'node:http';

/** A refusal of a request: its HTTP status, and what was expected. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Bytes of a request's body; an event on the bus is not larger either. */
const MAX_BODY = 1_048_576;

const HEADERS = {
  // Nothing from elsewhere, nothing inline: a caller's name that holds a script stays a name.
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
 * Lets pass what this machine's own page asks for. A page from elsewhere may not dial, nor read events: neither from its
 * own origin, nor under a name of its own that it lets point to 127.0.0.1 (DNS rebinding).
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
  // What a form can send without being asked is none of these.
  if (method !== 'GET' && method !== 'HEAD' && headers['content-type'] !== 'application/json') {
    throw new RequestError(415, `Expected content-type: application/json, got "${headers['content-type'] ?? ''}"`);
  }
}

/**
 * A request's body.
 *
 * @throws RequestError where it is too large, or no JSON object
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
    throw new RequestError(400, `Expected a JSON object, got no JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RequestError(400, `Expected a JSON object, got ${Array.isArray(value) ? 'an array' : typeof value}`);
  }
  return value as Record<string, unknown>;
}

/** @throws RequestError where the key holds no text, or too long a one */
export function textOf(body: Record<string, unknown>, key: string, maxLength = 80): string {
  const value = body[key];
  if (typeof value !== 'string' || value === '' || value.length > maxLength) {
    throw new RequestError(
      400,
      `Expected \`${key}\` to be a text of 1 to ${maxLength} characters, got ${typeof value}`,
    );
  }
  return value;
}
