import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** One request as AWS would have received it. */
export interface AwsRequest {
  target: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What AWS answers: a status, a body, and when AWS believes that to be. */
export interface AwsReply {
  status?: number;
  body?: object | string;
  date?: Date;
}

/** A service of AWS's JSON protocol that answers as the test sets it, and is stopped after the test. */
export async function awsStub(answer: (request: AwsRequest, count: number) => AwsReply | Promise<AwsReply>) {
  const requests: AwsRequest[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const received = { target: String(request.headers['x-amz-target']), headers: request.headers, body };
    requests.push(received);
    const { status = 200, body: said = {}, date = new Date() } = await answer(received, requests.length);
    response
      .writeHead(status, { date: date.toUTCString() })
      .end(typeof said === 'string' ? said : JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), requests };
}
