import type { IncomingMessage } from 'node:http';
import { parseJsonObject } from '../json.ts';
import { type AwsEnvironment, endpointOf } from './endpoint.ts';
import { AwsError, errorCode } from './errors.ts';
import { AwsSigner, encodedQuery } from './signature.ts';

/** A request to AWS from a Lambda function, with the credentials that Lambda sets in the environment. */
export interface LambdaRequest {
  /** The name that the request is signed for, and the endpoint's: `dynamodb`, `lambda`. */
  service: string;
  method: 'GET' | 'POST';
  /** As the request line has it: percent-encoded, without the query. @default that of the endpoint */
  path?: string;
  query?: readonly (readonly [name: string, value: string])[];
  headers?: Readonly<Record<string, string>>;
  /** @default none */
  body?: string;
}

export interface LambdaAnswer {
  /** HTTP status. */
  status: number;
  headers: IncomingMessage['headers'];
  /** The JSON object of the body; `undefined` where there is none. */
  body: Record<string, unknown> | undefined;
}

/** How long one attempt may take. */
const LIMIT_MS = 5000;
/** Pauses before further attempts where AWS did not answer, or could not now. */
const PAUSES_MS = [50, 200, 800];

/**
 * Sends a signed request by Node's own client, which keeps connections open. No AWS SDK is loaded. Where AWS does not
 * answer, is throttling or fails itself (429, 5xx), the request is sent again, up to three times: it must be safe to
 * repeat.
 *
 * @throws AwsError where the environment has no credentials, and where no answer came
 * @example
 * const body = JSON.stringify({ TableName: 'flows', Key: { id: { S: 'a' } } });
 * const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' };
 * const { status } = await lambdaRequest({ service: 'dynamodb', method: 'POST', headers, body });
 */
export async function lambdaRequest(
  request: LambdaRequest,
  environment: AwsEnvironment = process.env,
): Promise<LambdaAnswer> {
  for (const pause of [...PAUSES_MS, undefined]) {
    try {
      const answer = await lambdaRequestOnce(request, environment);
      if (pause === undefined || !mayPass(answer)) return answer;
    } catch (error) {
      if (pause === undefined || (error as AwsError).code === 'CredentialsMissing') throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new AwsError('NoAnswer', 'unreachable');
}

function mayPass({ status, body }: LambdaAnswer): boolean {
  return status === 429 || status >= 500 || /Throttl|ProvisionedThroughputExceeded/.test(errorCode(body));
}

/**
 * The same, sent once.
 *
 * @param limitMs how long AWS may take
 * @throws AwsError where the environment has no credentials, and where no answer came
 */
export async function lambdaRequestOnce(
  request: LambdaRequest,
  environment: AwsEnvironment,
  limitMs = LIMIT_MS,
): Promise<LambdaAnswer> {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  const { service, method, query = [], body = '' } = request;
  if (!AWS_REGION || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new AwsError(
      'CredentialsMissing',
      'expected AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, as Lambda sets them',
    );
  }
  const endpoint = endpointOf(service, AWS_REGION, environment);
  const { path = endpoint.pathname } = request;
  const headers = signerOf(AWS_REGION, service).sign(
    { method, path, query, headers: { host: endpoint.host, ...request.headers }, body },
    { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN },
    new Date(),
  );
  const line = query.length === 0 ? path : `${path}?${encodedQuery(query)}`;
  return send(endpoint, method, line, headers, body, limitMs);
}

const signers = new Map<string, AwsSigner>();

function signerOf(region: string, service: string): AwsSigner {
  const name = `${region}/${service}`;
  const signer = signers.get(name) ?? new AwsSigner(region, service);
  signers.set(name, signer);
  return signer;
}

/** @throws AwsError where no answer came */
function send(
  endpoint: URL,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
  limitMs: number,
): Promise<LambdaAnswer> {
  // Loaded when needed: a test that uses plain HTTP does not load TLS.
  const http = process.getBuiltinModule(endpoint.protocol === 'https:' ? 'node:https' : 'node:http');
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { code?: string }): void =>
      reject(new AwsError(error.code ?? error.name, `${endpoint.host} cannot be reached`));
    const { hostname, port } = endpoint;
    const options = { method, hostname, port, path, headers, signal: AbortSignal.timeout(limitMs) };
    const request = http.request(options, (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parseJsonObject(text) });
      });
    });
    request.on('error', fail);
    request.end(body);
  });
}
