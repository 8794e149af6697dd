import { randomUUID } from 'node:crypto';
import type { DurableLambdaHandler } from '@aws/durable-execution-sdk-js';
import { DurableEngine } from '../../../lib/durable-engine/index.ts';
import { ManualClock } from '../../../lib/simulator/clock.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { other } from './program.ts';

/** How the SDK reaches an engine in the same process. */
export type Transport = Pick<DurableEngine, 'checkpoint' | 'getState'>;

/** Runs a durable function on our engine, with a clock that is moved to what is due next. */
export async function runOurs(handlerOn: (engine: Transport) => DurableLambdaHandler): Promise<Outcome> {
  // The SDK compares the times of waits with the system's clock.
  const clock = new ManualClock(new Date());
  const engine: DurableEngine = new DurableEngine({
    clock,
    invoke: ({ event, execution }) => handlerOn(engine)(event, contextOf(execution.identity.functionArn)),
    invokeOther: async (_, payload) => JSON.stringify(await other(JSON.parse(payload) as number)),
  });
  const functionArn = 'arn:aws:lambda:us-east-2:123456789012:function:my-function-name';
  const { execution } = engine.start({ functionArn, version: '1', payload: '{}', timeoutSeconds: 31_622_400 });
  while (execution.status === 'RUNNING') {
    await engine.settled();
    completeCallbacks(engine);
    if (engine.running > 0 || execution.status !== 'RUNNING') continue;
    clock.advance(clock.untilNext ?? 0);
  }
  const { Status, Result } = execution.description;
  return outcomeOf(Status, Result, execution.operations, execution.history);
}

/** By the name of the callback: `3-callback success`. */
function completeCallbacks(engine: DurableEngine): void {
  const [execution] = engine.executions;
  const { operations = [] } = execution ?? {};
  for (const { Type, Status, ParentId, CallbackDetails } of operations) {
    const name = operations.find(({ Id }) => Id === ParentId)?.Name ?? '';
    const id = CallbackDetails?.CallbackId ?? '';
    if (Type !== 'CALLBACK' || Status !== 'STARTED' || !submitted(operations, ParentId)) continue;
    if (name.endsWith('success')) engine.callbackSucceeded(id, name);
    else engine.callbackFailed(id, { ErrorType: 'Refused', ErrorMessage: name });
  }
}

/** Whether the step that submits the callback has ended. */
function submitted(
  operations: readonly { Type: string; ParentId?: string | undefined; Status: string }[],
  of: string | undefined,
): boolean {
  return operations.some(({ Type, ParentId, Status }) => Type === 'STEP' && ParentId === of && Status === 'SUCCEEDED');
}

function contextOf(invokedFunctionArn: string): Parameters<DurableLambdaHandler>[1] {
  const done = (): never => {
    throw new Error('not used');
  };
  return {
    ...{ callbackWaitsForEmptyEventLoop: false, functionName: 'my-function-name', functionVersion: '1' },
    ...{ invokedFunctionArn, memoryLimitInMB: '1024', awsRequestId: randomUUID(), logGroupName: '', logStreamName: '' },
    ...{ getRemainingTimeInMillis: () => 900_000, done, fail: done, succeed: done },
  };
}
