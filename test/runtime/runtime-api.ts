import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FunctionError } from '../../lib/local/lambda/runtime/messages.ts';
import { FUNCTION_ARN, type Recording, requestIdOf, TIME_LIMIT_MS, traceIdOf } from './recording.ts';

const VERSION = '/2018-06-01/runtime';

/** Lambda's runtime API (Lambda Developer Guide, "Using the Lambda runtime API"), for one environment. */
export class RuntimeApi {
  readonly #events: readonly unknown[];
  readonly #recording: Recording;
  readonly #server: Server;
  #given = 0;
  #isAsked = false;
  #end = (): void => {};
  /** The runtime asked for more events than there are, or could not load the function. */
  readonly isOver = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(events: readonly unknown[], recording: Recording) {
    this.#events = events;
    this.#recording = recording;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @returns `AWS_LAMBDA_RUNTIME_API` */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.slice(VERSION.length) ?? '';
    if (path === '/invocation/next') {
      this.#next(response);
      return;
    }
    const streamed = request.headers['lambda-runtime-function-response-mode'] === 'streaming';
    const body = streamed ? Buffer.concat(await Array.fromAsync(request)).toString('base64') : await text(request);
    const [, , requestId = '', kind] = path.split('/');
    if (path === '/init/error') {
      this.#recording.sent.push({ kind: 'init/error', error: JSON.parse(body) });
    } else if (kind === 'error') {
      this.#recording.sent.push({ kind, requestId, error: JSON.parse(body) });
    } else if (streamed) {
      const contentType = request.headers['content-type'] ?? '';
      this.#recording.sent.push({ kind: 'streamed response', requestId, contentType, body, error: trailerOf(request) });
    } else {
      this.#recording.sent.push({ kind: 'response', requestId, body });
    }
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    if (path === '/init/error') this.#end();
    this.#endWhereAnswered();
  }

  /** The client for nodejs24.x asks for the next event before a response that it streams has ended. */
  #endWhereAnswered(): void {
    const answers = this.#recording.sent.filter(({ kind }) => kind !== 'next').length;
    if (this.#isAsked && answers >= this.#events.length) this.#end();
  }

  #next(response: ServerResponse): void {
    this.#recording.sent.push({ kind: 'next' });
    const index = this.#given++;
    if (index >= this.#events.length) {
      this.#isAsked = true;
      this.#endWhereAnswered();
      return; // never answered, as when no event comes
    }
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': requestIdOf(index),
        'lambda-runtime-deadline-ms': String(Date.now() + TIME_LIMIT_MS),
        'lambda-runtime-invoked-function-arn': FUNCTION_ARN,
        'lambda-runtime-trace-id': traceIdOf(index),
      })
      .end(JSON.stringify(this.#events[index]));
  }
}

function trailerOf({ trailers }: IncomingMessage): FunctionError | undefined {
  const body = trailers['lambda-runtime-function-error-body'];
  return body === undefined ? undefined : (JSON.parse(Buffer.from(body, 'base64').toString()) as FunctionError);
}
