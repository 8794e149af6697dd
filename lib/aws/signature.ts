import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** What a request is signed with. */
export interface SigningCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** A POST of AWS's JSON protocol, as far as its signature goes. */
export interface SignableRequest {
  host: string;
  path: string;
  contentType: string;
  target: string;
  body: Buffer;
}

/**
 * Signs requests of one service in one region with AWS Signature Version 4, as the SDK does, for the one kind of request
 * that the connector sends. The SDK's own signer takes three times the CPU (`npm run bench -- requests`): it derives its
 * cache's key anew for each request. A test holds this one to it.
 */
export class AwsSigner {
  readonly #region: string;
  readonly #service: string;
  #key: { day: string; secret: string; key: KeyObject } | undefined;

  constructor(region: string, service: string) {
    this.#region = region;
    this.#service = service;
  }

  /** @returns the headers to send, names and values in turn */
  sign(request: SignableRequest, credentials: SigningCredentials, date: Date): string[] {
    // 2026-11-23T08:24:51.242Z → 20261123T082451Z
    const time = date.toISOString().replace(/[-:]|\.\d{3}/g, '');
    const day = time.slice(0, 8);
    const headers = [
      ['content-type', request.contentType],
      ['host', request.host],
      ['x-amz-date', time],
      ...(credentials.sessionToken === undefined ? [] : [['x-amz-security-token', credentials.sessionToken]]),
      ['x-amz-target', request.target],
    ] as [string, string][];
    const names = headers.map(([name]) => name).join(';');
    const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('');
    const canonical = `POST\n${encodedPath(request.path)}\n\n${lines}\n${names}\n${hash('sha256', request.body, 'hex')}`;
    const scope = `${day}/${this.#region}/${this.#service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
    const signature = createHmac('sha256', this.#keyOf(credentials, day)).update(text).digest('hex');
    const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return [...headers.flat(), 'authorization', authorization];
  }

  /** A key holds for a day and a secret. As a `KeyObject`: from bytes, Node makes one for each signature. */
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

/** Every part of the path encoded, beside what RFC 3986 leaves alone. */
function encodedPath(path: string): string {
  if (path === '/') return path;
  return path
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');
}
