import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { parseJsonObject } from '../json.ts';
import { type AwsEnvironment, endpointOf, isGlobal } from './endpoint.ts';
import { AwsError, refusalOf } from './errors.ts';
import { AwsSigner, encodedQuery } from './signature.ts';
import { AWS_TIMEOUTS } from './timeouts.ts';

/** Credentials and region; the config of any SDK client has both. */
export type RequestsConfig = Pick<EventBridgeClient['config'], 'credentials' | 'region'>;

/** Services with one endpoint have their requests signed for this region. */
const GLOBAL_REGION = 'us-east-1';
/** In the `Query` protocol, the version of each service's API. */
const VERSIONS = { sts: '2011-06-15', cloudformation: '2010-05-15', iam: '2010-05-08', ec2: '2016-11-15' } as const;

/**
 * A few requests to many services of AWS, without their SDK clients: each is signed by `AwsSigner` and sent once by
 * `fetch`. For the command line; the connector has `AwsService`, which is made for many requests.
 *
 * @example
 * const requests = new AwsRequests(client.config);
 * const xml = await requests.query('sts', 'GetCallerIdentity');
 */
export class AwsRequests {
  readonly #config: RequestsConfig;
  readonly #environment: AwsEnvironment;

  constructor(config: RequestsConfig, environment: AwsEnvironment = process.env) {
    this.#config = config;
    this.#environment = environment;
  }

  /**
   * An operation of AWS's `Query` protocol.
   *
   * @returns the answer, XML
   * @throws AwsError with AWS's code
   */
  async query(
    service: keyof typeof VERSIONS,
    action: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const body = encodedQuery(Object.entries({ Action: action, Version: VERSIONS[service], ...parameters }));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, text } = await this.#send(service, { method: 'POST', path: '/', headers, body });
    if (status === 200) return text;
    throw new AwsError(textOf(text, 'Code') ?? `HTTP status ${status}`, textOf(text, 'Message'));
  }

  /**
   * An operation of AWS's JSON protocol.
   *
   * @param target such as `Logs_20140328.DescribeResourcePolicies`
   * @throws AwsError with AWS's code
   */
  async json(service: string, target: string, body: object): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
    const request = { method: 'POST', path: '/', headers, body: JSON.stringify(body) };
    return parsed(await this.#send(service, request));
  }

  /**
   * A resource of an API with paths.
   *
   * @throws AwsError with AWS's code
   */
  async get(service: string, path: string): Promise<Record<string, unknown>> {
    return parsed(await this.#send(service, { method: 'GET', path, headers: {}, body: '' }));
  }

  async #send(
    service: string,
    request: { method: string; path: string; headers: Record<string, string>; body: string },
  ): Promise<{ status: number; text: string }> {
    const region = await this.#config.region();
    const endpoint = endpointOf(service, region, this.#environment);
    const signer = new AwsSigner(isGlobal(service) ? GLOBAL_REGION : region, service);
    const headers = { ...request.headers, host: endpoint.host };
    const signed = signer.sign({ ...request, headers }, await this.#config.credentials(), new Date());
    const response = await fetch(new URL(request.path, endpoint), {
      method: request.method,
      headers: signed,
      ...(request.body !== '' && { body: request.body }),
      signal: AbortSignal.timeout(AWS_TIMEOUTS.requestTimeout),
    }).catch((error: Error & { cause?: { code?: string } }) => {
      throw new AwsError(error.cause?.code ?? error.name, `${endpoint.host} cannot be reached`);
    });
    return { status: response.status, text: await response.text() };
  }
}

/** The text of the first element of a name; `undefined` where there is none. */
export function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

/** The texts of all elements of a name. */
export function textsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);
}

function parsed({ status, text }: { status: number; text: string }): Record<string, unknown> {
  const body = parseJsonObject(text);
  if (status !== 200) throw refusalOf({ status, body });
  return body ?? {};
}
