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

/** Credentials and region as the SDK reads them from the environment; the config of any SDK client has both. */
export type AwsConfig = Pick<EventBridgeClient['config'], 'credentials' | 'region'>;

export interface AwsServiceOptions {
  config: AwsConfig;
  /** The name that requests are signed for, such as `events`. */
  service: string;
  /** The service's endpoint. */
  endpoint: URL;
  /** Maximum connections at the same time. */
  connections: number;
  /** The service's version of AWS's JSON protocol. */
  contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  /** How long it may take to connect and to answer, in milliseconds. @default 3 s and 5 s */
  timeouts?: typeof AWS_TIMEOUTS;
}

/** A smaller difference of the clocks is the time that the response took. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Calls a service of AWS's JSON protocol with the SDK's credentials, region and kind of signature, but without its
 * client, which takes several times the CPU of a request (`npm run bench -- requests`). The SDK's credential provider
 * renews the credentials before they expire; when the service reports expired credentials or a clock difference, the
 * next request corrects it.
 */
export class AwsService {
  readonly #options: AwsServiceOptions;
  readonly #pool: Pool;
  #signer: AwsSigner | undefined;
  #clockOffsetMs = 0;
  #refreshCredentials = false;

  constructor(options: AwsServiceOptions) {
    this.#options = options;
    const { connectionTimeout, requestTimeout } = options.timeouts ?? AWS_TIMEOUTS;
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
   * @throws when there is no response
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
    // Reset a small difference to 0: otherwise an old offset would remain after the clock has been corrected.
    if (!Number.isNaN(offset)) this.#clockOffsetMs = Math.abs(offset) > CLOCK_TOLERANCE_MS ? offset : 0;
  }
}

interface HttpAnswer {
  status: number;
  date: string;
  text: string;
}

/** Uses `dispatch`, as `request` creates a stream for every response. */
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
