import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** The credentials that sign a request. */
export interface SigningCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** The signed parts of an HTTP request. */
export interface SignableRequest {
  /** Such as `POST`. */
  method: string;
  /** As the request line has it, so percent-encoded where it has to be; begins with a slash, without the query. */
  path: string;
  /** Names and values, not encoded; a name may come twice. Send them as `encodedQuery` writes them. @default none */
  query?: Iterable<readonly [name: string, value: string]> | undefined;
  /**
   * The headers to sign, `host` among them. Leave out what a proxy or the HTTP client may change on the way:
   * `user-agent`, `connection`, `transfer-encoding`.
   */
  headers: Readonly<Record<string, string>>;
  /** As it is sent; empty where there is none. */
  body: Uint8Array | string;
}

/**
 * Signs requests of one service in one region with AWS Signature Version 4, as the SDK's `SignatureV4` does for every
 * service but S3, which expects paths encoded once and a header with the body's hash.
 *
 * @example
 * const signer = new AwsSigner('eu-west-1', 'lambda');
 * const headers = signer.sign(
 *   { method: 'GET', path: '/2015-03-31/functions', query: [['MaxItems', '10']], headers: { host }, body: '' },
 *   credentials,
 *   new Date(),
 * );
 */
export class AwsSigner {
  readonly #region: string;
  readonly #service: string;
  #key: { day: string; secret: string; key: KeyObject } | undefined;

  constructor(region: string, service: string) {
    this.#region = region;
    this.#service = service;
  }

  /**
   * @returns the headers to send: those of the request, their names in lower case, with `x-amz-date`, `authorization`
   *   and, for temporary credentials, `x-amz-security-token`
   */
  sign(request: SignableRequest, credentials: SigningCredentials, date: Date): Record<string, string> {
    // 2026-11-23T08:24:51.242Z → 20261123T082451Z
    const time = date.toISOString().replace(/[-:]|\.\d{3}/g, '');
    const day = time.slice(0, 8);
    const headers: Record<string, string> = {};
    for (const name of Object.keys(request.headers)) headers[name.toLowerCase()] = request.headers[name] as string;
    headers['x-amz-date'] = time;
    if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken;

    const names = Object.keys(headers).sort();
    let lines = '';
    for (const name of names) lines += `${name}:${canonicalValue(headers[name] as string)}\n`;
    const signed = names.join(';');
    const query = request.query ? encodedQuery(request.query) : '';
    const canonical = `${request.method}\n${canonicalPath(request.path)}\n${query}\n${lines}\n${signed}\n${hash('sha256', request.body, 'hex')}`;

    const scope = `${day}/${this.#region}/${this.#service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
    const signature = createHmac('sha256', this.#keyOf(credentials, day)).update(text).digest('hex');
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return headers;
  }

  /** A key is valid for a day and a secret. As a `KeyObject`: from bytes, Node would create one for each signature. */
  #keyOf({ secretAccessKey: secret }: SigningCredentials, day: string): KeyObject {
    if (this.#key?.day !== day || this.#key.secret !== secret) {
      const steps = [day, this.#region, this.#service, 'aws4_request'];
      const bytes = steps.reduce<Buffer>(
        (key, step) => createHmac('sha256', key).update(step).digest(),
        Buffer.from(`AWS4${secret}`),
      );
      this.#key = { day, secret, key: createSecretKey(bytes) };
    }
    return this.#key.key;
  }
}

/**
 * Writes a query in the form of Signature Version 4: encoded, sorted by name and then by value. It can be sent as it is.
 *
 * @example
 * encodedQuery([['b', '2'], ['a', 'x y'], ['a', '*']]); // 'a=%2A&a=x%20y&b=2'
 */
export function encodedQuery(query: Iterable<readonly [name: string, value: string]>): string {
  const pairs = Array.from(query, ([name, value]) => [encode(name), encode(value)] as const);
  // Not by the joined text: "a-=1" comes before "a=1", but the name "a" before "a-".
  pairs.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** The path without empty and dot segments, encoded once more than in the request. */
function canonicalPath(path: string): string {
  if (path === '/') return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(encode(part));
  }
  const end = parts.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${parts.join('/')}${end}`;
}

/** Percent-encodes all but letters, digits, `-`, `_`, `.` and `~` (RFC 3986). */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Without white space at either end, and with one space for each run of white space. */
function canonicalValue(value: string): string {
  return UNTIDY.test(value) ? value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '') : value;
}
const UNTIDY = /[\t\r\n]| {2}|^ | $/;

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
