import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import {
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  LambdaClient,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DurableEngine } from '../../lib/durable-engine/index.ts';
import { folderOfTest } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { ACCOUNT, MiniStack, REGION } from './ministack.ts';

/** What of the durable API MiniStack does not have; flows therefore run in local mode, and not there. */
const LACKS = [
  'DurableConfig of CloudFormation: a function is durable only with a field `Enabled`, which AWS does not have',
  'names of executions: a second start with the same name is another execution',
  'asynchronous invocations: their outcome is not read, so that the execution never ends',
  'a version in the ARN: an alias is taken as it is',
  'one invocation at a time: what is completed while the function runs starts another one beside it',
  'operations without a name, such as those of `waitForCallback`: the SDK takes `"Name": null` for another name',
  'repeated invocations after a failure',
  'checks of what an operation allows next',
];

let cloud: MiniStack;
let lambda: LambdaClient;

beforeAll(async () => {
  cloud = await MiniStack.start();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  lambda = new LambdaClient({ endpoint: cloud.url, region: REGION, credentials });
  console.log(`not compared, as MiniStack does not have it:\n- ${LACKS.join('\n- ')}`);
});
afterAll(async () => {
  lambda?.destroy();
  await cloud?.stop();
});

/** What came of a program: its result, and the types of each operation's events by the operation's name. */
interface Outcome {
  status: string | undefined;
  result: string | undefined;
  error: string | undefined;
  events: Record<string, string[]>;
}

type Program = (event: unknown, context: DurableContext) => Promise<unknown>;
interface HistoryLine {
  EventType?: string | undefined;
  Id?: string | undefined;
  Name?: string | undefined;
  CallbackStartedDetails?: { CallbackId?: unknown } | undefined;
}

/** MiniStack records no events of steps that are tried again, and no end of a wait. */
const NOT_RECORDED = /^(InvocationCompleted|Execution\w+|WaitSucceeded|StepStarted)$/;

interface Description {
  Status?: string | undefined;
  Result?: string | undefined;
  Error?: { ErrorMessage?: string | undefined } | undefined;
}

function outcomeOf({ Status, Result, Error: error }: Description, lines: readonly HistoryLine[]): Outcome {
  const names = new Map(lines.flatMap(({ Id, Name }) => (Name === undefined ? [] : [[Id, Name] as const])));
  const events: Record<string, string[]> = {};
  for (const { EventType = '', Id } of lines) {
    const name = names.get(Id) ?? 'unnamed';
    if (!NOT_RECORDED.test(EventType)) events[name] = [...(events[name] ?? []), EventType];
  }
  return { status: Status, result: Result, error: error?.ErrorMessage, events };
}

/** Callbacks that were created and not completed here yet, while the function sleeps. */
function openCallbacks(lines: readonly HistoryLine[], completed: Set<string>): string[] {
  if (lines.at(-1)?.EventType !== 'InvocationCompleted') return [];
  const ids = lines.flatMap(({ CallbackStartedDetails: started }) => (started ? [String(started.CallbackId)] : []));
  return ids.filter((id) => !completed.has(id) && completed.add(id));
}

async function onMiniStack(program: Program): Promise<Outcome> {
  const FunctionName = `durable-${randomUUID().slice(0, 8)}`;
  await createFunction(FunctionName, program);
  const { DurableExecutionArn } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
  const completed = new Set<string>();
  const history = async () =>
    (await lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn }))).Events ?? [];
  const ended = await until(
    `the end of ${DurableExecutionArn}; MiniStack says:\n${cloud.log.slice(-2000)}`,
    async () => {
      for (const CallbackId of openCallbacks(await history(), completed)) {
        await lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from('yes') }));
      }
      const execution = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
      return execution.Status !== 'RUNNING' && execution;
    },
    60_000,
  );
  return outcomeOf(ended, await history());
}

/** The SDK for JavaScript would leave out `Enabled`. */
async function createFunction(FunctionName: string, program: Program): Promise<void> {
  const folder = folderOfTest();
  writeFileSync(
    join(folder, 'index.mjs'),
    `import { withDurableExecution } from '@aws/durable-execution-sdk-js';
export const handler = withDurableExecution(${program});`,
  );
  const zip = join(folder, 'code.zip');
  const { status, stderr } = spawnSync('python3', ['-m', 'zipfile', '-c', zip, join(folder, 'index.mjs')]);
  if (status !== 0) throw new Error(String(stderr));
  const response = await fetch(`${cloud.url}/2015-03-31/functions`, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/lambda/aws4_request, SignedHeaders=host, Signature=0`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      ...{ FunctionName, Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 30 },
      ...{ Role: `arn:aws:iam::${ACCOUNT}:role/any`, Code: { ZipFile: readFileSync(zip).toString('base64') } },
      DurableConfig: { Enabled: true, ExecutionTimeout: 60 },
    }),
  });
  if (!response.ok) throw new Error(`CreateFunction: HTTP ${response.status} ${await response.text()}`);
}

async function onOurs(program: Program): Promise<Outcome> {
  const engine: DurableEngine = new DurableEngine({
    invoke: ({ event }) => handler(event, { getRemainingTimeInMillis: () => 60_000 }),
  });
  const handler = withDurableExecution(program, {
    durableExecutionClient: {
      checkpoint: async (request) => engine.checkpoint(request),
      getExecutionState: async (request) => engine.getState(request),
    },
  });
  const functionArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:durable`;
  const { execution } = engine.start({ functionArn, version: '1', payload: '{}', timeoutSeconds: 60 });
  const completed = new Set<string>();
  await until('the end of the execution', () => {
    for (const id of openCallbacks(execution.history, completed)) engine.callbackSucceeded(id, 'yes');
    return execution.status !== 'RUNNING';
  });
  return outcomeOf(execution.description, execution.history);
}

/** Plain JavaScript: MiniStack runs their text. */
const PROGRAMS: Record<string, Program> = {
  'steps and a wait': async (_, context) => {
    const a = await context.step('a', async () => 1);
    await context.wait('pause', { seconds: 1 });
    return a + (await context.step('b', async () => 2));
  },
  'a callback': async (_, context) => {
    const [answered] = await context.createCallback('answer');
    const answer = await answered;
    return context.step('after', async () => `said ${answer}`);
  },
  'contexts within each other': async (_, context) =>
    context.runInChildContext('outer', async (outer) => {
      const inner = await outer.runInChildContext('inner', (each) => each.step('deep', async () => 'x'));
      await outer.wait('pause', { seconds: 1 });
      return `${inner}!`;
    }),
  'branches at the same time': async (_, context) => {
    const branches = [1, 2, 3].map((n) => (branch: DurableContext) => branch.step(`s${n}`, async () => n));
    return (await context.parallel('all', branches)).getResults();
  },
  'an error': async (_, context) => {
    await context.step('fails', async () => Promise.reject(new Error('no')), {
      retryStrategy: () => ({ shouldRetry: false }),
    });
  },
};

describe('a durable program ends on our engine as on MiniStack:', () => {
  test.each(Object.entries(PROGRAMS))('%s', async (_, program) => {
    const [theirs, ours] = await Promise.all([onMiniStack(program), onOurs(program)]);
    expect(ours).toEqual(theirs);
    expect(Object.keys(ours.events).length).toBeGreaterThan(0);
  });
});
