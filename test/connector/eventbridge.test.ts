import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventBridge } from '../../connector/eventbridge.ts';
import type { BusEntry } from '../../lib/events/entry.ts';

const entry = (Detail: string): BusEntry => ({
  Source: 's',
  DetailType: 't',
  Time: new Date(1795422291242),
  Resources: ['r'],
  Detail,
});

/** What the service answers, by the request's entries; a number is an HTTP status. */
let answer: (entries: { Detail: string }[]) => object | number;
let requests: { Entries: object[] }[];
let server: Server;
let bus: EventBridge;

beforeEach(async () => {
  requests = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text);
    requests.push(body);
    const said = answer(body.Entries);
    const status = typeof said === 'number' ? said : '__type' in said ? 400 : 200;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  bus = new EventBridge('calls', 2);
});
afterEach(() => {
  bus.close();
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
});

describe('PutEvents', () => {
  test('carries the entries to the bus, in their order', async () => {
    answer = (entries) => ({ FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: 'e' })) });
    expect(await bus.put([entry('{"n":1}'), entry('{"n":2}')])).toEqual([
      { status: 'accepted' },
      { status: 'accepted' },
    ]);
    const common = { Source: 's', DetailType: 't', Time: 1795422291.242, Resources: ['r'], EventBusName: 'calls' };
    expect(requests).toEqual([
      {
        Entries: [
          { ...common, Detail: '{"n":1}' },
          { ...common, Detail: '{"n":2}' },
        ],
      },
    ]);
  });

  test('tells entries that may be sent again from those refused for good', async () => {
    const codes = [
      'ThrottlingException',
      'InternalFailure',
      'InternalException',
      'MalformedDetail',
      'InvalidArgument',
      'AccessDeniedException',
    ];
    answer = () => ({
      FailedEntryCount: 6,
      Entries: [...codes.map((ErrorCode) => ({ ErrorCode, ErrorMessage: 'Why' })), {}],
    });
    const outcomes = await bus.put([...codes, 'unmentioned'].map(entry));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'retry',
      'retry',
      'retry',
      'rejected',
      'rejected',
      'rejected',
      'retry',
    ]);
    expect(outcomes[3]).toEqual({ status: 'rejected', reason: 'MalformedDetail: Why' });
  });

  test('keeps everything when the request as a whole fails: an operator can mend permissions or the bus', async () => {
    answer = () => ({ __type: 'AccessDeniedException', message: 'not authorized' });
    expect(await bus.put([entry('{}')])).toEqual([
      { status: 'retry', reason: 'AccessDeniedException: not authorized' },
    ]);
    server.closeAllConnections();
    server.close();
    expect(await bus.put([entry('{}'), entry('{}')])).toMatchObject([{ status: 'retry' }, { status: 'retry' }]);
  });

  test('finds the one entry that spoils a request', async () => {
    answer = (entries) =>
      entries.some(({ Detail }) => Detail === 'bad')
        ? { __type: 'ValidationException', message: 'too large' }
        : { FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: 'e' })) };
    expect(await bus.put([entry('{}'), entry('bad'), entry('{}')])).toEqual([
      { status: 'accepted' },
      { status: 'rejected', reason: 'ValidationException: too large' },
      { status: 'accepted' },
    ]);
  });
});
