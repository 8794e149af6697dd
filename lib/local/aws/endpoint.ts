import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseJsonObject } from '../../json.ts';
import { type RestService, restErrorOf } from './rest.ts';
import { ServiceError } from './service-error.ts';

/** A service, by its name in `x-amz-target`. */
export interface AwsServices {
  [name: string]: {
    /** @returns nothing where the operation is not served */
    call(operation: string, input: Record<string, unknown>, traceHeader: string): object | Promise<object> | undefined;
  };
}

interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/**
 * Serves AWS's JSON and REST protocols on loopback: `AWS_ENDPOINT_URL` points here. The same port also serves Lambda's
 * Parameters and Secrets extension.
 */
export class AwsEndpoint {
  /** Requests with any other credentials are refused: other processes of this machine must not read the secrets. */
  readonly credentials: AwsCredentials;
  readonly #services: AwsServices;
  readonly #rest: readonly RestService[];
  readonly #server: Server;

  /**
   * @param rest services of the REST protocol. @default none
   * @param credentials what callers sign with. @default new ones, valid for this endpoint only
   */
  constructor(
    services: AwsServices,
    rest: readonly RestService[] = [],
    credentials: AwsCredentials = {
      accessKeyId: randomUUID(),
      secretAccessKey: randomUUID(),
      sessionToken: randomUUID(),
    },
  ) {
    this.credentials = credentials;
    this.#services = services;
    this.#rest = rest;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** @returns the endpoint's URL */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const service = this.#rest.find(({ paths }) => paths.some((path) => request.url?.startsWith(path)));
    if (service) return this.#serveRest(service, request, response);
    const answer = (status: number, body: object): void => {
      const type = request.headers['content-type'] ?? 'application/x-amz-json-1.1';
      response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': randomUUID() }).end(JSON.stringify(body));
    };
    try {
      answer(200, request.method === 'GET' ? await this.#extension(request) : await this.#operation(request));
    } catch (error) {
      if (error instanceof ServiceError) answer(400, { __type: error.type, message: error.message });
      else answer(500, { __type: 'InternalFailure', message: String(error) });
    }
  }

  async #serveRest(service: RestService, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() };
    try {
      const body = await this.#signedBody(request);
      const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://127.0.0.1');
      const { method = 'GET' } = request;
      const given = request.headers as Record<string, string | undefined>;
      const answer = await service.serve({ method, path, query, headers: given, body });
      const unknown = `Local mode does not support ${method} ${path}`;
      if (!answer) throw new ServiceError('UnknownOperationException', unknown, 404);
      response.writeHead(answer.status, { ...headers, ...answer.headers }).end(answer.text);
    } catch (error) {
      const { code, status, message } = restErrorOf(error);
      response.writeHead(status, { ...headers, 'x-amzn-errortype': code }).end(JSON.stringify({ message }));
    }
  }

  /** The body of a request that is signed with this endpoint's credentials. */
  async #signedBody(request: IncomingMessage): Promise<Buffer> {
    if (!request.headers.authorization?.includes(` Credential=${this.credentials.accessKeyId}/`)) {
      const message = 'The security token included in the request is invalid.';
      throw new ServiceError('UnrecognizedClientException', message, 403);
    }
    return bodyOf(request);
  }

  async #operation(request: IncomingMessage): Promise<object> {
    const input = inputOf((await this.#signedBody(request)).toString('utf8'));
    const target = String(request.headers['x-amz-target']);
    const [service = '', operation = ''] = target.split('.');
    const traceHeader = String(request.headers['x-amzn-trace-id'] ?? '');
    const result = this.#services[service]?.call(operation, input, traceHeader);
    if (!result) throw new ServiceError('UnknownOperationException', `Local mode does not support ${target}`);
    return result;
  }

  /** `GET /secretsmanager/get?secretId=…` and `/systemsmanager/parameters/get?name=…`, as the Parameters and Secrets extension serves it. */
  async #extension(request: IncomingMessage): Promise<object> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    if (request.headers['x-aws-parameters-secrets-token'] !== this.credentials.sessionToken) {
      throw new ServiceError(
        'AccessDeniedException',
        'Expected X-Aws-Parameters-Secrets-Token to be AWS_SESSION_TOKEN',
      );
    }
    const input: Record<string, unknown> = { SecretId: searchParams.get('secretId') };
    for (const [parameter, name] of [
      ['versionId', 'VersionId'],
      ['versionStage', 'VersionStage'],
    ] as const) {
      if (searchParams.has(parameter)) input[name] = searchParams.get(parameter);
    }
    const result =
      pathname === '/systemsmanager/parameters/get'
        ? this.#services.AmazonSSM?.call('GetParameter', { Name: searchParams.get('name') }, '')
        : this.#services.secretsmanager?.call(pathname === '/secretsmanager/get' ? 'GetSecretValue' : '', input, '');
    if (!result) throw new ServiceError('UnknownOperationException', `Local mode does not support ${pathname}`);
    return result;
  }
}

/** By its events: an iterator of the stream takes several times as long, which each event on the bus would wait. */
function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the request was not sent to its end')));
  });
}

function inputOf(text: string): Record<string, unknown> {
  const input = parseJsonObject(text);
  if (input) return input;
  throw new ServiceError('SerializationException', 'Expected a JSON object as the request');
}
