import { randomUUID } from 'node:crypto';
import type { Execution } from '../../durable-engine/index.ts';
import { parseJson } from '../../json.ts';
import { type RestAnswer, type RestRequest, type RestService, ServiceError } from '../aws/index.ts';
import { answerDurable } from './durable-service.ts';
import type { DurableTarget, Functions } from './functions.ts';

const MAX_ASYNCHRONOUS_BYTES = 1024 * 1024;
const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** What an invocation asks for. */
interface Invoke {
  payload: string;
  eventId: string;
  traceId: string;
  /** Of a durable execution. */
  name: string | undefined;
}

/** Lambda's REST API, as far as functions use it: they invoke others, and durable ones report what they do. */
export class LambdaService implements RestService {
  readonly paths = ['/2015-03-31/functions/', '/2025-12-01/'];
  readonly #functions: Functions;

  constructor(functions: Functions) {
    this.#functions = functions;
  }

  /**
   * @returns nothing where the operation is not served
   * @throws ServiceError, or DurableApiError
   */
  serve(request: RestRequest): RestAnswer | Promise<RestAnswer> | undefined {
    const [, given] = INVOCATIONS.exec(request.path) ?? [];
    if (given === undefined) return answerDurable(this.#functions.engine, request);
    return request.method === 'POST' ? this.#invoke(decodeURIComponent(given), request) : undefined;
  }

  async #invoke(given: string, { query, headers, body }: RestRequest): Promise<RestAnswer> {
    const qualifier = query.get('Qualifier');
    const name = qualifier === null || given.endsWith(`:${qualifier}`) ? given : `${given}:${qualifier}`;
    const payload = body.length === 0 ? '{}' : body.toString('utf8');
    const parsed = parseJson(payload);
    if (parsed === undefined) {
      throw new ServiceError('InvalidRequestContentException', 'Could not parse request body into json.');
    }
    const request: Invoke = {
      ...{ payload, eventId: eventIdOf(parsed), traceId: headers['x-amzn-trace-id'] ?? '' },
      name: headers['x-amz-durable-execution-name'],
    };
    const isAsynchronous = headers['x-amz-invocation-type'] === 'Event';
    if (isAsynchronous && body.length > MAX_ASYNCHRONOUS_BYTES) {
      const message = `${body.length} byte payload is too large for the Event invocation type (limit ${MAX_ASYNCHRONOUS_BYTES} bytes)`;
      throw new ServiceError('RequestTooLargeException', message, 413);
    }
    const durable = this.#functions.findDurable(name);
    return durable ? this.#durable(durable, request, isAsynchronous) : this.#ordinary(name, request, isAsynchronous);
  }

  async #durable(target: DurableTarget, request: Invoke, isAsynchronous: boolean): Promise<RestAnswer> {
    if (!target.isQualified) {
      const message = 'You cannot invoke a durable function using an unqualified ARN.';
      throw new ServiceError('InvalidParameterValueException', message);
    }
    const execution = this.#functions.start(target, request, !isAsynchronous);
    const headers = {
      'x-amz-executed-version': execution.identity.version,
      'x-amz-durable-execution-arn': execution.identity.arn,
    };
    if (isAsynchronous) return { status: 202, headers };
    await execution.ended;
    return { status: 200, ...resultOf(execution, headers) };
  }

  async #ordinary(name: string, request: Invoke, isAsynchronous: boolean): Promise<RestAnswer> {
    const invoked = this.#functions.find(name);
    if (!invoked) throw new ServiceError('ResourceNotFoundException', `Function not found: ${name}`, 404);
    if (request.name !== undefined) {
      const message = `Expected a durable function for an execution with a name, and ${name} is not one.`;
      throw new ServiceError('InvalidParameterValueException', message);
    }
    const headers = { 'x-amz-executed-version': invoked.host.fn.version ?? '$LATEST' };
    if (isAsynchronous) {
      if (this.#functions.queue(invoked, request)) return { status: 202, headers };
      throw new ServiceError('TooManyRequestsException', 'Rate exceeded.', 429);
    }
    const { error, response } = await this.#functions.run(invoked, request);
    return {
      status: 200,
      headers: { ...headers, ...(error && { 'x-amz-function-error': 'Unhandled' }) },
      text: error ? JSON.stringify(error) : response,
    };
  }
}

/** A caller that has waited for an execution receives its result, or its error. */
function resultOf({ description }: Execution, headers: Record<string, string>): Omit<RestAnswer, 'status'> {
  const { Status, Result, Error: error } = description;
  if (Status === 'SUCCEEDED') return { headers, text: Result ?? 'null' };
  const failure = { errorType: error?.ErrorType, errorMessage: error?.ErrorMessage, trace: error?.StackTrace };
  return { headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, text: JSON.stringify(failure) };
}

/** `metadata.id` of the event that a function passes on, at the top, in `detail` or in `event`; else a new one. */
function eventIdOf(payload: unknown): string {
  const { metadata, detail, event } = (typeof payload === 'object' && payload !== null ? payload : {}) as Nested;
  return metadata?.id ?? detail?.metadata?.id ?? event?.metadata?.id ?? randomUUID();
}

interface Nested {
  metadata?: { id?: string };
  detail?: Nested;
  event?: Nested;
}
