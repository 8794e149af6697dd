import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  CheckpointDurableExecutionCommand,
  GetDurableExecutionStateCommand,
  InvokeCommand,
  LambdaClient,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { durableApi } from '../../../../lib/flow/durable-api.ts';

interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: object;
  body: unknown;
}

interface Answer {
  status?: number;
  type?: string;
  body?: object;
}

/** What Lambda would have received, and answers. */
async function lambda(answers: (count: number) => Answer = () => ({})) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { authorization, ...headers } = request.headers;
    const relevant = Object.entries(headers).filter(([name]) =>
      /^(content-type|x-amz-(invocation|durable))/.test(name),
    );
    const scope = /Credential=AKID\/\d{8}\/(.*?),/.exec(authorization ?? '')?.[1];
    received.push({
      method: request.method,
      url: request.url,
      headers: { ...Object.fromEntries(relevant), scope },
      body: body.startsWith('{') ? JSON.parse(body) : body,
    });
    const { status = 200, type, body: said = {} } = answers(received.length);
    response.writeHead(status, type === undefined ? {} : { 'x-amzn-errortype': type }).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'key',
    AWS_ENDPOINT_URL: endpoint,
  };
  const sdk = new LambdaClient({
    region: 'eu-west-1',
    endpoint,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'key' },
  });
  onTestFinished(() => sdk.destroy());
  return { received, api: durableApi(environment), sdk };
}

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:ivr:7/durable-execution/call-1/5f3c';
const UPDATE = { Id: 'a1', Type: 'STEP', Action: 'SUCCEED', Payload: '"é"' } as const;

test('requests are those of AWS’s own client', async () => {
  const { received, api, sdk } = await lambda();
  const token = { DurableExecutionArn: ARN, CheckpointToken: 'to+ken/=' };
  await api.checkpoint({ ...token, ClientToken: 'c', Updates: [UPDATE] });
  await sdk.send(new CheckpointDurableExecutionCommand({ ...token, ClientToken: 'c', Updates: [UPDATE] }));
  await api.getExecutionState({ ...token, Marker: 'm 1', MaxItems: 1000 });
  await sdk.send(new GetDurableExecutionStateCommand({ ...token, Marker: 'm 1', MaxItems: 1000 }));
  const id = 'ab+/c0==';
  await api.complete(id, '{"key":"over"}');
  await sdk.send(
    new SendDurableExecutionCallbackSuccessCommand({ CallbackId: id, Result: Buffer.from('{"key":"over"}') }),
  );
  const target = { FunctionName: `${ARN.split('/')[0]}`, DurableExecutionName: 'call-1' };
  await api.start(target.FunctionName, 'call-1', { event: 1 });
  await sdk.send(new InvokeCommand({ ...target, InvocationType: 'Event', Payload: '{"event":1}' }));
  for (let at = 0; at < received.length; at += 2) {
    const [ours, theirs] = [received[at], received[at + 1]].map((one) => ({ ...one, url: sorted(one?.url) }));
    // Lambda takes any type of an invocation's payload.
    const type = { 'content-type': expect.any(String) };
    expect({ ...ours, headers: { ...ours?.headers, ...(at === 6 && type) } }).toEqual({
      ...theirs,
      headers: { ...theirs?.headers, ...(at === 6 && type) },
    });
  }
});

test('times in answers are dates, as the SDK expects', async () => {
  const operation = {
    ...{ Id: 'a1', Type: 'WAIT', Status: 'STARTED', StartTimestamp: 1795403597.5 },
    WaitDetails: { ScheduledEndTimestamp: 1795403600 },
  };
  const { api } = await lambda(() => ({
    body: { CheckpointToken: 't2', NewExecutionState: { Operations: [operation] }, Operations: [operation] },
  }));
  const token = { DurableExecutionArn: ARN, CheckpointToken: 't1' };
  const expected = {
    StartTimestamp: new Date(1795403597500),
    WaitDetails: { ScheduledEndTimestamp: new Date(1795403600000) },
  };
  expect(await api.checkpoint(token)).toMatchObject({
    CheckpointToken: 't2',
    NewExecutionState: { Operations: [expected] },
  });
  expect(await api.getExecutionState(token)).toMatchObject({ Operations: [expected] });
});

test('a request that AWS cannot answer now is sent again, with the same client token', async () => {
  const { received, api } = await lambda((count) =>
    count < 3 ? { status: 503 } : { body: { CheckpointToken: 't2' } },
  );
  await api.checkpoint({ DurableExecutionArn: ARN, CheckpointToken: 't1', Updates: [UPDATE] });
  const tokens = received.map(({ body }) => (body as { ClientToken: string }).ClientToken);
  expect(tokens).toHaveLength(3);
  expect(new Set(tokens).size).toBe(1);
});

test.each([
  ['ends the execution where the request is refused', 403, 'AccessDeniedException', 'no', 'EXECUTION'],
  [
    'ends the invocation alone where another one has replaced it',
    400,
    'InvalidParameterValueException',
    'Invalid Checkpoint Token',
    'INVOCATION',
  ],
  ['ends the invocation alone where AWS fails', 500, 'ServiceException', 'sorry', 'INVOCATION'],
])('a failed checkpoint %s', async (_, status, type, message, scope) => {
  const { api } = await lambda(() => ({ status, type, body: { message } }));
  const failure = api.checkpoint({ DurableExecutionArn: ARN, CheckpointToken: 't1' });
  await expect(failure).rejects.toMatchObject({ isDurableExecutionClientError: true, scope });
});

test('an execution that was started with another input is started', async () => {
  const { api } = await lambda(() => ({ status: 409, type: 'DurableExecutionAlreadyStartedException:http://x/' }));
  await expect(api.start('ivr:live', 'call-1', {})).resolves.toBeUndefined();
});

test.each([
  ['that is completed', 400, 'CallbackTimeoutException'],
  ['of an execution that is over', 404, 'ResourceNotFoundException'],
])('a callback %s is not completed, which is no error', async (_, status, type) => {
  const { api } = await lambda(() => ({ status, type }));
  expect(await api.complete('a', '{}')).toBe(false);
});

test('other refusals are errors in AWS’s words', async () => {
  const { api } = await lambda(() => ({ status: 403, type: 'AccessDeniedException', body: { Message: 'not you' } }));
  await expect(api.complete('a', '{}')).rejects.toThrow('AccessDeniedException: not you');
  await expect(api.start('ivr:live', 'call-1', {})).rejects.toMatchObject({ code: 'AccessDeniedException' });
});

function sorted(url = ''): string {
  const [path, query = ''] = url.split('?');
  return `${path}?${query.split('&').toSorted().join('&')}`;
}
