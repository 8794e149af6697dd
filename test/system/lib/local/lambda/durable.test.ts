import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AwsEndpoint, AwsWaits } from '../../../../../lib/local/aws/index.ts';
import { Functions, LambdaService, type ObservedInvocation } from '../../../../../lib/local/lambda/index.ts';
import type { LocalFunction } from '../../../../../lib/local/template/index.ts';
import { folderOfTest } from '../../../../support/temporary-folder.ts';
import { until } from '../../../../support/until.ts';

const MODULES = fileURLToPath(new URL('../../../../../node_modules', import.meta.url));
const ARN = 'arn:aws:lambda:eu-central-1:000000000000:function:flow';

let functions: Functions;
let lambda: LambdaClient;
let endpoint: AwsEndpoint;
let url = '';
const ends: ObservedInvocation[] = [];
const lines: string[] = [];
const sent: { arn: string; body: string }[] = [];

beforeAll(async () => {
  const environment = () => ({
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: endpoint.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: endpoint.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: endpoint.credentials.sessionToken,
  });
  functions = new Functions(environment, new AwsWaits(60), {
    onStart: () => {},
    onEnd: (invocation) => void ends.push(invocation),
    onCommand: () => {},
    onLog: (_, line) => void lines.push(line),
    send: (arn, body) => void sent.push({ arn, body }),
    onDropped: () => {},
  });
  endpoint = new AwsEndpoint({}, [new LambdaService(functions)]);
  url = await endpoint.listen();
  lambda = new LambdaClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials: endpoint.credentials,
    maxAttempts: 1,
  });
});
beforeEach(async () => {
  await functions.apply([]);
  for (const list of [ends, lines, sent]) list.length = 0;
});
afterAll(async () => {
  await functions.stop();
  await endpoint.close();
});

/** A folder with the code of a durable function, by the SDK of AWS. */
function codeOf(body: string): string {
  const code = folderOfTest();
  mkdirSync(join(code, 'node_modules'));
  for (const name of ['@aws', '@aws-sdk', '@smithy', 'tslib']) {
    symlinkSync(join(MODULES, name), join(code, 'node_modules', name));
  }
  const source = `import { withDurableExecution } from '@aws/durable-execution-sdk-js';
export const handler = withDurableExecution(async (event, context) => { ${body} });`;
  writeFileSync(join(code, 'index.mjs'), source);
  return code;
}

async function deploy(body: string, more: Partial<LocalFunction> = {}): Promise<void> {
  const flow: LocalFunction = {
    ...{ arn: ARN, name: 'flow', title: 'Flow', code: codeOf(body), handler: 'index.handler', environment: {} },
    ...{ timeoutMs: 10_000, memoryMb: 256, durable: { timeoutSeconds: 3600 }, qualifiers: { live: { version: '1' } } },
    ...more,
  };
  await functions.apply([flow]);
}

let names = 0;
async function start(more: Partial<InvokeCommandInput> = {}): Promise<string> {
  const { DurableExecutionArn = '' } = await lambda.send(
    new InvokeCommand({
      ...{ FunctionName: 'flow:live', InvocationType: 'Event', DurableExecutionName: `call-${++names}` },
      ...{ Payload: JSON.stringify({ event: { metadata: { id: 'e-1' } } }), ...more },
    }),
  );
  return DurableExecutionArn;
}

const described = (DurableExecutionArn: string) => lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
const ended = (arn: string) => functions.engine.execution(arn).ended;
const callbackId = (line = '') => /callback (\S+)/.exec(line)?.[1] ?? '';
const aCallback = () => until('a callback', () => callbackId(lines.find((line) => line.startsWith('callback '))));

const ASKS = `const answer = await context.waitForCallback('answer', async (id) => console.log('callback ' + id));`;

describe('a durable function of the templates', () => {
  test('sleeps until its callback is completed, and is invoked again with what it did before', async () => {
    await deploy(`const n = await context.step('once', async () => { console.log('stepped'); return 7; }); ${ASKS}
      return { n, answer };`);
    const arn = await start();
    const CallbackId = await aCallback();
    await until('it sleeps', () => ends.length === 1);
    await lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from('yes') }));
    await ended(arn);
    expect(await described(arn)).toMatchObject({ Status: 'SUCCEEDED', Result: '{"n":7,"answer":"yes"}', Version: '1' });
    expect(lines.filter((line) => line === 'stepped')).toHaveLength(1);
    expect(ends.map(({ eventId, flow }) => [eventId, flow?.invocation])).toEqual([
      ['e-1', 1],
      ['e-1', 2],
    ]);
    expect(ends[1]?.flow?.resumedBy).toEqual(['answer']);
  });

  test('sleeps while it waits and before a step is tried again', async () => {
    await deploy(`await context.wait({ seconds: 1 });
      const retryStrategy = (error, attempt) => ({ shouldRetry: attempt < 2, delay: { seconds: 1 } });
      return context.step('twice', async ({ attempt }) => { if (attempt === 1) throw new Error('busy'); return 'done'; }, { retryStrategy });`);
    const arn = await start();
    await ended(arn);
    const { Events = [] } = await lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn }));
    expect(Events.map(({ EventType }) => EventType)).toEqual([
      ...['ExecutionStarted', 'WaitStarted', 'InvocationCompleted', 'WaitSucceeded', 'StepStarted', 'StepFailed'],
      ...['InvocationCompleted', 'StepStarted', 'StepSucceeded', 'InvocationCompleted', 'ExecutionSucceeded'],
    ]);
    expect(Events[1]?.WaitStartedDetails?.ScheduledEndTimestamp?.getTime()).toBeCloseTo(Date.now(), -4);
  });

  test('a caller that waits receives the result', async () => {
    await deploy(`return { got: event.x };`);
    const { Payload, ExecutedVersion, StatusCode } = await lambda.send(
      new InvokeCommand({ FunctionName: ARN, Qualifier: 'live', Payload: '{"x":1}' }),
    );
    expect([Payload?.transformToString(), ExecutedVersion, StatusCode]).toEqual(['{"got":1}', '1', 200]);
  });

  test('an execution whose process is killed goes on in another one', async () => {
    await deploy(`const { existsSync, writeFileSync } = process.getBuiltinModule('node:fs');
      const n = await context.step('once', async () => { console.log('stepped'); return 7; });
      if (!existsSync('killed')) { writeFileSync('killed', ''); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}); }
      return n;`);
    const arn = await start();
    await ended(arn);
    expect(await described(arn)).toMatchObject({ Result: '7' });
    expect(lines.filter((line) => line === 'stepped')).toHaveLength(1);
    expect(ends).toHaveLength(2);
  });

  test('a deploy in the middle of 20 executions: each ends on the version that it began with', async () => {
    const asks = (version: string) => `${ASKS} return '${version} ' + answer;`;
    await deploy(asks('old'));
    const old = await Promise.all(Array.from({ length: 20 }, () => start()));
    await until('20 callbacks', () => lines.filter((line) => line.startsWith('callback ')).length === 20);
    const open = lines.map(callbackId).filter((id) => id !== '');
    functions.replaceCode(ARN, codeOf(asks('new')));
    const fresh = await start();
    const last = await until('its callback', () => lines.map(callbackId).find((id) => id !== '' && !open.includes(id)));
    for (const CallbackId of [...open, last]) {
      await lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from('yes') }));
    }
    await Promise.all([...old, fresh].map(ended));
    const results = await Promise.all(old.map(described));
    expect(results.map(({ Result, Version }) => `${Version} ${Result}`)).toEqual(Array(20).fill('1 "old yes"'));
    expect(await described(fresh)).toMatchObject({ Version: '2', Result: '"new yes"' });
  });

  test('an execution that fails is a dead letter where it was started asynchronously', async () => {
    await deploy(ASKS, { asynchronous: { onFailureArn: 'arn:aws:sqs:eu-central-1:000000000000:failed' } });
    const arn = await start();
    const CallbackId = await aCallback();
    const refused = { ErrorType: 'Refused', ErrorMessage: 'no' };
    await lambda.send(new SendDurableExecutionCallbackFailureCommand({ CallbackId, Error: refused }));
    await ended(arn);
    expect(await described(arn)).toMatchObject({ Status: 'FAILED', Error: { ErrorMessage: 'no' } });
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
      requestContext: { functionArn: `${ARN}:live`, condition: 'RetriesExhausted' },
      requestPayload: { event: {} },
    });
  });

  test('invokes another function of the templates', async () => {
    await deploy(`return context.invoke('other', 'other', { x: 1 });`);
    const code = folderOfTest();
    writeFileSync(join(code, 'index.mjs'), 'export const handler = async ({ x }) => ({ twice: 2 * x });');
    const other = {
      arn: `${ARN}-other`,
      name: 'other',
      title: 'Other',
      code,
      handler: 'index.handler',
      environment: {},
    };
    const flow = functions.findDurable('flow')?.versions.fn;
    await functions.apply([...(flow ? [flow] : []), { ...other, timeoutMs: 5000, memoryMb: 128 }]);
    const arn = await start();
    await ended(arn);
    expect(await described(arn)).toMatchObject({ Result: '{"twice":2}' });
  });

  test.each([
    ['a second start with another payload', 'DurableExecutionAlreadyStartedException', { Payload: '{"other":1}' }],
    ['a function without a version or an alias', 'InvalidParameterValueException', { FunctionName: 'flow' }],
    ['a function that does not exist', 'ResourceNotFoundException', { FunctionName: 'none:live' }],
    ['an alias that does not exist', 'ResourceNotFoundException', { FunctionName: 'flow:none' }],
    ['a payload that is no JSON', 'InvalidRequestContentException', { Payload: '{' }],
    ['a payload above 1 MB', 'RequestTooLargeException', { Payload: JSON.stringify('x'.repeat(2 ** 20)) }],
    ['a name with a full stop', 'InvalidParameterValueException', { DurableExecutionName: 'a.b' }],
  ])('%s is refused', async (_, name, more) => {
    await deploy('return 1;');
    await start({ DurableExecutionName: 'taken' });
    await expect(start({ DurableExecutionName: 'taken', ...more })).rejects.toMatchObject({ name });
  });

  test('requests of other processes are refused', async () => {
    const credentials = { accessKeyId: 'guessed', secretAccessKey: 'guessed' };
    const stranger = new LambdaClient({ endpoint: url, region: 'eu-central-1', credentials, maxAttempts: 1 });
    const get = new GetDurableExecutionCommand({ DurableExecutionArn: `${ARN}:1/durable-execution/a/b` });
    await expect(stranger.send(get)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    await expect(lambda.send(get)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
