import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { type Dispatcher, Pool } from 'undici';
import { parseJsonObject } from '../json.ts';
import { errorCode, meansClockSkew, meansExpiredCredentials } from './errors.ts';
import { AwsSigner } from './signature.ts';
import { AWS_TIMEOUTS } from './timeouts.ts';

export interface AwsAnswer {
  /** HTTP status. */
  status: number;
  /** The JSON object of the body; `undefined` where there is none. */
  body: Record<string, unknown> | undefined;
}

/** What the SDK makes of the environment. Any of its clients has it. */
export type AwsConfig = Pick<EventBridgeClient['config'], 'credentials' | 'region'>;

export interface AwsServiceOptions {
  config: AwsConfig;
  /** The name that requests are signed for, such as `events`. */
  service: string;
  /** What is asked: its endpoint. */
  endpoint: URL;
  /** Connections at the same time. */
  connections: number;
  /** The service's version of AWS's JSON protocol. */
  contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
}

/** Below this, a difference of the clocks is the time that the answer took. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Asks a service of AWS's JSON protocol with the SDK's credentials, region and kind of signature, and without its client:
 * that takes several times the CPU of a request (`npm run bench -- requests`). Credentials are those of the SDK's
 * provider, which renews them before they expire; when the service says that they are over, or that the clocks differ,
 * the next request is right again.
 */
export class AwsService {
  readonly #options: AwsServiceOptions;
  readonly #pool: Pool;
  #signer: AwsSigner | undefined;
  #clockOffsetMs = 0;
  #refreshCredentials = false;

  constructor(options: AwsServiceOptions) {
    this.#options = options;
    const { connectionTimeout, requestTimeout } = AWS_TIMEOUTS;
    this.#pool = new Pool(options.endpoint.origin, {
      connections: options.connections,
      headersTimeout: requestTimeout,
      bodyTimeout: requestTimeout,
      keepAliveTimeout: 30_000,
      connect: { timeout: connectionTimeout },
    });
  }

  /**
   * @param target such as `AWSEvents.PutEvents`
   * @throws when there is no answer
   */
  async request(target: string, body: Buffer): Promise<AwsAnswer> {
    const { config, service, endpoint, contentType } = this.#options;
    const forceRefresh = this.#refreshCredentials;
    this.#refreshCredentials = false;
    const credentials = await config.credentials(forceRefresh ? { forceRefresh } : {});
    this.#signer ??= new AwsSigner(await config.region(), service);
    const headers = this.#signer.sign(
      {
        method: 'POST',
        path: endpoint.pathname,
        headers: { host: endpoint.host, 'content-type': contentType, 'x-amz-target': target },
        body,
      },
      credentials,
      new Date(Date.now() + this.#clockOffsetMs),
    );
    const answer = await post(this.#pool, endpoint.pathname, headers, body);
    const parsed = parseJsonObject(answer.text);
    if (answer.status >= 400) this.#learnFrom(errorCode(parsed), answer.date);
    return { status: answer.status, body: parsed };
  }

  close(): void {
    void this.#pool.destroy();
  }

  #learnFrom(code: string, date: string): void {
    if (meansExpiredCredentials(code)) this.#refreshCredentials = true;
    if (!meansClockSkew(code)) return;
    const offset = Date.parse(date) - Date.now();
    // A clock that was set right since would be an hour off for ever if a difference of before were kept.
    if (!Number.isNaN(offset)) this.#clockOffsetMs = Math.abs(offset) > CLOCK_TOLERANCE_MS ? offset : 0;
  }
}

interface HttpAnswer {
  status: number;
  date: string;
  text: string;
}

/** By `dispatch`, as `request` makes a stream of every answer. */
function post(pool: Pool, path: string, headers: Record<string, string>, body: Buffer): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let date = '';
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_controller, statusCode, responseHeaders) {
        status = statusCode;
        date = String(responseHeaders.date ?? '');
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        resolve({ status, date, text: Buffer.concat(chunks).toString('utf8') });
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    };
    pool.dispatch({ method: 'POST', path, headers, body }, handler);
  });
}
