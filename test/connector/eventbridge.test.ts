import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventBridge } from '../../connector/eventbridge.ts';
import { recordOf } from '../support/records.ts';

const entry = (id: string): Buffer => recordOf('lane', id).entry;

/** The service's answer to a request with entries of these ids; a number is an HTTP status without a body. */
let answer: (ids: string[]) => object | number;
let requests: { Entries: object[] }[];
let headers: IncomingHttpHeaders[];
let server: Server;
let bus: EventBridge;

beforeEach(async () => {
  requests = [];
  headers = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text) as { Entries: { Detail: string }[] };
    requests.push(body);
    headers.push(request.headers);
    const given = answer(body.Entries.map(({ Detail }) => JSON.parse(Detail).id));
    const status = typeof given === 'number' ? given : '__type' in given ? 400 : 200;
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      .end(typeof given === 'number' ? '' : JSON.stringify(given));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  bus = new EventBridge({ eventBusName: 'calls', connections: 2, requestBytes: 900_000 });
});
afterEach(() => {
  bus.close();
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
});

const acceptAll = (ids: string[]): object => ({ FailedEntryCount: 0, Entries: ids.map(() => ({ EventId: 'e' })) });

describe('PutEvents', () => {
  test('sends the entries to the bus, in their order, signed for EventBridge', async () => {
    answer = acceptAll;
    expect(await bus.put([entry('1'), entry('2')])).toEqual([{ status: 'accepted' }, { status: 'accepted' }]);
    const common = {
      EventBusName: 'calls',
      Source: 's',
      DetailType: 'StasisStart',
      Time: 1795422291.242,
      Resources: [],
    };
    expect(requests).toEqual([
      {
        Entries: [
          { ...common, Detail: '{"id":"1"}' },
          { ...common, Detail: '{"id":"2"}' },
        ],
      },
    ]);
    expect(headers[0]).toMatchObject({
      'x-amz-target': 'AWSEvents.PutEvents',
      'content-type': 'application/x-amz-json-1.1',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=local\/\d{8}\/us-east-1\/events\/aws4_request,/,
      ),
    });
  });

  test('names its bus by ARN too', async () => {
    bus.close();
    const arn = 'arn:aws:events:eu-west-1:123456789012:event-bus/calls';
    bus = new EventBridge({ eventBusName: arn, connections: 2, requestBytes: 900_000 });
    answer = acceptAll;
    await bus.put([entry('1')]);
    expect(requests[0]?.Entries[0]).toMatchObject({ EventBusName: arn });
  });

  test.each([
    ['ThrottlingException', 'throttled'],
    ['InternalFailure', 'failed'],
    ['InternalException', 'failed'],
    ['MalformedDetail', 'rejected'],
    ['InvalidArgument', 'rejected'],
    ['AccessDeniedException', 'rejected'],
  ])('an entry with the error code %s is %s, and the other entries are accepted', async (code, status) => {
    answer = () => ({
      FailedEntryCount: 1,
      Entries: [{ EventId: 'e' }, { ErrorCode: code, ErrorMessage: 'Why' }, { EventId: 'e' }],
    });
    expect(await bus.put(['1', '2', '3'].map(entry))).toEqual([
      { status: 'accepted' },
      { status, reason: `${code}: Why` },
      { status: 'accepted' },
    ]);
  });

  test('an entry that the answer does not mention may be sent again', async () => {
    answer = () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }, {}] });
    const outcomes = await bus.put(['1', '2', '3'].map(entry));
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'failed', 'failed']);
  });

  test('an answer with status 200 and without JSON accepts no entry', async () => {
    answer = () => 200;
    expect(await bus.put([entry('1')])).toMatchObject([{ status: 'failed' }]);
  });

  test('a refused request rejects no entry: an operator can correct the permissions or the name of the bus', async () => {
    answer = () => ({ __type: 'AccessDeniedException', message: 'not authorized' });
    expect(await bus.put([entry('1')])).toEqual([
      { status: 'unavailable', reason: 'AccessDeniedException: not authorized' },
    ]);
    answer = () => ({ __type: 'ValidationException', message: "1 validation error at 'eventBusName'" });
    expect(await bus.put([entry('1')])).toMatchObject([{ status: 'unavailable' }]);
    answer = () => ({ Entries: [{ ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized' }] });
    expect(await bus.put([entry('1')])).toEqual([
      { status: 'unavailable', reason: 'NotAuthorizedForSourceException: Not authorized' },
    ]);
    answer = () => 503;
    expect(await bus.put([entry('1')])).toEqual([
      { status: 'unavailable', reason: 'HTTP status 503: no error message returned' },
    ]);
  });

  test.each([
    { __type: 'ThrottlingException', message: 'Rate exceeded' },
    { __type: 'com.amazonaws.events#ThrottlingException', Message: 'Rate exceeded' },
    { __type: 'TooManyRequestsException', message: 'Rate exceeded' },
    429,
  ])('the entries of a request that is refused with %j are throttled', async (refusal) => {
    answer = () => refusal;
    expect(await bus.put([entry('1'), entry('2')])).toMatchObject([{ status: 'throttled' }, { status: 'throttled' }]);
  });

  test('entries are unavailable while the endpoint cannot be reached, and accepted when it can be reached again', async () => {
    answer = acceptAll;
    await bus.put([entry('1')]);
    const { port } = server.address() as AddressInfo;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await bus.put([entry('1'), entry('2')])).toMatchObject([
      { status: 'unavailable' },
      { status: 'unavailable' },
    ]);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(await bus.put([entry('1')])).toEqual([{ status: 'accepted' }]);
  });

  test('finds the one malformed entry of a request', async () => {
    answer = (ids) => (ids.includes('bad') ? { __type: 'ValidationException', message: 'too large' } : acceptAll(ids));
    expect(await bus.put([entry('1'), entry('bad'), entry('2')])).toEqual([
      { status: 'accepted' },
      { status: 'rejected', reason: 'ValidationException: too large' },
      { status: 'accepted' },
    ]);
  });
});
