import { describe, expect, test } from 'vitest';
import type { ErrorObject } from '../../../lib/durable-engine/index.ts';
import {
  callback,
  callbackIdIn,
  context,
  DONE,
  PENDING,
  REQUEST,
  type Run,
  seen,
  started,
  step,
  wait,
} from './durable-function.ts';

/** An invocation that sends a checkpoint and suspends. */
const suspendAfter =
  (...updates: Parameters<Run['checkpoint']>) =>
  ({ checkpoint }: Run) => {
    checkpoint(...updates);
    return PENDING;
  };

const typesOf = (events: readonly { EventType: string }[]): string[] => events.map(({ EventType }) => EventType);

describe('starting', () => {
  test('the function receives its input as the first operation', async () => {
    const { events, execution } = await started([() => DONE]);
    expect(events[0]?.InitialExecutionState.Operations).toMatchObject([
      { Type: 'EXECUTION', Status: 'STARTED', ExecutionDetails: { InputPayload: '{"a":1}' } },
    ]);
    expect(execution.description).toMatchObject({ Status: 'SUCCEEDED', Result: '"done"', Version: '7' });
  });

  test('the ARN names function, version and execution', async () => {
    const { execution } = await started([() => DONE]);
    expect(execution.identity.arn).toMatch(/^arn:aws:lambda:.*:function:flow:7\/durable-execution\/call-1\/[\w-]+$/);
  });

  test('a second start with the same name and payload finds the first execution, also after its end', async () => {
    const { engine, execution, events } = await started([() => DONE]);
    expect(engine.start({ ...REQUEST, version: '8' })).toEqual({ execution, isNew: false });
    expect(events).toHaveLength(1);
  });

  test.each([
    ['another payload', { payload: '{"a":2}' }],
    ['another function', { functionArn: `${REQUEST.functionArn}-2` }],
  ])('a second start with the same name and %s is refused', async (_, change) => {
    const { engine } = await started([() => DONE]);
    expect(() => engine.start({ ...REQUEST, ...change })).toThrow(
      expect.objectContaining({ name: 'DurableExecutionAlreadyStartedException', $metadata: { httpStatusCode: 409 } }),
    );
  });

  test('a name can be used again when its retention is over', async () => {
    const { engine, clock } = await started([() => DONE, () => DONE]);
    clock.advance(15 * 24 * 3600 * 1000);
    expect(engine.start(REQUEST).isNew).toBe(true);
  });

  test.each(['', 'a.b', 'x'.repeat(65)])('the name %j is refused', async (name) => {
    const { engine } = await started([() => DONE]);
    expect(() => engine.start({ ...REQUEST, name })).toThrow('Expected DurableExecutionName to match');
  });
});

describe('waits and retries', () => {
  test('a function that waits is invoked again when the wait is over, and not before', async () => {
    const { events, pass, execution } = await started([suspendAfter(wait('w', 30)), () => DONE]);
    await pass(29);
    expect(events).toHaveLength(1);
    await pass(1);
    expect(seen(events[1], 'w')?.Status).toBe('SUCCEEDED');
    expect(events[1]?.UpdatedOperationIds).toEqual(['w']);
    expect(execution.status).toBe('SUCCEEDED');
  });

  test('a wait that ends while the function runs is in the response of its next checkpoint', async () => {
    const { execution } = await started([
      ({ checkpoint, clock }) => {
        checkpoint(wait('w', 5));
        clock.advance(5000);
        const { Operations } = checkpoint(step('s', 'SUCCEED')).NewExecutionState;
        return { Status: 'SUCCEEDED', Result: Operations.map(({ Id, Status }) => `${Id} ${Status}`).join() };
      },
    ]);
    expect(execution.description.Result).toBe('w SUCCEEDED,s SUCCEEDED');
  });

  test('a function that suspends with a change that no checkpoint has brought is invoked again at once', async () => {
    const { events } = await started([
      ({ checkpoint, engine }) => {
        engine.callbackSucceeded(callbackIdIn(checkpoint(callback('c'))), '42');
        return PENDING;
      },
      () => DONE,
    ]);
    expect(events).toHaveLength(2);
    expect(seen(events[1], 'c')).toMatchObject({ Status: 'SUCCEEDED', CallbackDetails: { Result: '42' } });
  });

  test('a step that is to be retried is ready after its delay', async () => {
    const failed = { Error: { ErrorMessage: 'busy' }, StepOptions: { NextAttemptDelaySeconds: 4 } };
    const { events, pass, execution } = await started([
      suspendAfter(step('s', 'START'), step('s', 'RETRY', failed)),
      ({ checkpoint }) => {
        checkpoint(step('s', 'START'), step('s', 'SUCCEED', { Payload: '1' }));
        return DONE;
      },
    ]);
    expect(execution.operations[1]).toMatchObject({ Status: 'PENDING', StepDetails: { Attempt: 1 } });
    await pass(4);
    expect(seen(events[1], 's')?.Status).toBe('READY');
    expect(execution.operations[1]).toMatchObject({ Status: 'SUCCEEDED', StepDetails: { Attempt: 2, Result: '1' } });
    expect(typesOf(execution.history)).toEqual([
      ...['ExecutionStarted', 'StepStarted', 'StepFailed', 'InvocationCompleted'],
      ...['StepStarted', 'StepSucceeded', 'InvocationCompleted', 'ExecutionSucceeded'],
    ]);
  });

  test('a wait that is cancelled does not invoke the function', async () => {
    const { events, pass, execution } = await started([
      ({ checkpoint }) => {
        checkpoint(wait('long', 60), wait('short', 5));
        checkpoint({ Id: 'short', Type: 'WAIT', Action: 'CANCEL' });
        return PENDING;
      },
      () => DONE,
    ]);
    await pass(59);
    expect(events).toHaveLength(1);
    await pass(1);
    expect(execution.operations.map(({ Status }) => Status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'CANCELLED']);
  });
});

describe('callbacks', () => {
  /** A function that waits for one callback. */
  const waiting = async (options: Parameters<typeof callback>[1] = {}) => {
    const one = await started([suspendAfter(callback('c', options)), () => DONE]);
    const id = one.execution.operations[1]?.CallbackDetails?.CallbackId ?? '';
    return { ...one, id };
  };

  test('a callback that fails invokes the function with its error', async () => {
    const { engine, events, id } = await waiting();
    const error: ErrorObject = { ErrorType: 'Refused', ErrorMessage: 'no' };
    engine.callbackFailed(id, error);
    await engine.settled();
    expect(seen(events[1], 'c')).toMatchObject({ Status: 'FAILED', CallbackDetails: { Error: error } });
  });

  test('a callback that nobody completes times out', async () => {
    const { pass, events, execution } = await waiting({ TimeoutSeconds: 20 });
    await pass(20);
    expect(seen(events[1], 'c')?.Status).toBe('TIMED_OUT');
    expect(typesOf(execution.history)).toContain('CallbackTimedOut');
  });

  test('heartbeats keep a callback open, and it times out without them', async () => {
    const { engine, pass, events, id } = await waiting({ HeartbeatTimeoutSeconds: 10 });
    for (let beat = 0; beat < 3; beat += 1) {
      await pass(9);
      engine.callbackHeartbeat(id);
    }
    expect(events).toHaveLength(1);
    await pass(10);
    expect(seen(events[1], 'c')?.CallbackDetails?.Error?.ErrorMessage).toBe('Callback timed out on heartbeat');
  });

  test.each(['callbackSucceeded', 'callbackFailed', 'callbackHeartbeat'] as const)(
    '%s of a callback that has ended is a CallbackTimeoutException',
    async (send) => {
      const { engine, id } = await waiting();
      engine.callbackSucceeded(id);
      await engine.settled();
      expect(() => engine[send](id)).toThrow(expect.objectContaining({ name: 'CallbackTimeoutException' }));
    },
  );

  test('a callback that never was is a ResourceNotFoundException', async () => {
    const { engine } = await waiting();
    expect(() => engine.callbackSucceeded('x')).toThrow(expect.objectContaining({ name: 'ResourceNotFoundException' }));
  });
});

describe('failures', () => {
  const broken = (): never => {
    throw new TypeError('killed');
  };

  test('an invocation that fails is repeated after 1, 2 and 4 seconds, with all that was checkpointed', async () => {
    const kept = ({ checkpoint }: Run): never => {
      checkpoint(step('s', 'SUCCEED', { Payload: '1' }));
      return broken();
    };
    const { events, pass, execution } = await started([kept, broken, broken, () => DONE]);
    for (const [seconds, invocations] of [
      [0, 1],
      [1, 2],
      [1, 2],
      [1, 3],
      [4, 4],
    ] as const) {
      await pass(seconds);
      expect(events).toHaveLength(invocations);
    }
    expect(seen(events[3], 's')?.StepDetails?.Result).toBe('1');
    expect(execution.description).toMatchObject({ Status: 'SUCCEEDED' });
    expect(execution.history.find(({ EventType }) => EventType === 'InvocationCompleted')).toMatchObject({
      InvocationCompletedDetails: { Error: { Payload: { ErrorType: 'TypeError', ErrorMessage: 'killed' } } },
    });
  });

  test('the token of an invocation that has ended, or that was used, is refused', async () => {
    let used = '';
    const { engine, events, execution } = await started([
      ({ event, checkpoint, engine: ours }) => {
        checkpoint(step('s', 'START'));
        used = refusal(() => ours.checkpoint({ ...event, Updates: [] }));
        return broken();
      },
    ]);
    expect(used).toBe('InvalidParameterValueException: Invalid Checkpoint Token');
    const late = { DurableExecutionArn: execution.identity.arn, CheckpointToken: events[0]?.CheckpointToken };
    expect(refusal(() => engine.checkpoint(late))).toBe(used);
    expect(refusal(() => engine.getState(late))).toBe(used);
  });

  test('a checkpoint that is repeated with its client token gets the same response, and is applied once', async () => {
    const { execution } = await started([
      ({ event, engine }) => {
        const request = { ...event, ClientToken: 'once', Updates: [wait('w', 5)] };
        expect(engine.checkpoint(request)).toBe(engine.checkpoint(request));
        return PENDING;
      },
    ]);
    expect(execution.operations).toHaveLength(2);
  });

  test('a function that returns FAILED, or suspends without anything to wait for, fails the execution', async () => {
    const failed = await started([() => ({ Status: 'FAILED', Error: { ErrorMessage: 'no' } })]);
    expect(failed.execution.description).toMatchObject({ Status: 'FAILED', Error: { ErrorMessage: 'no' } });
    const stuck = await started([() => PENDING]);
    const ErrorMessage = 'Cannot return PENDING status with no pending operations.';
    expect(stuck.execution.description).toMatchObject({ Status: 'FAILED', Error: { ErrorMessage } });
  });

  test('a function that is not durable fails the execution, which says what was expected', async () => {
    const { execution } = await started([() => 'hello']);
    expect(execution.description.Error?.ErrorMessage).toMatch(/^Expected Status in the invocation output/);
  });

  test('an execution that runs longer than its time-out ends, and its callbacks with it', async () => {
    const { engine, pass, execution } = await started([suspendAfter(callback('c'))]);
    await pass(REQUEST.timeoutSeconds);
    expect(execution.status).toBe('TIMED_OUT');
    const id = execution.operations[1]?.CallbackDetails?.CallbackId ?? '';
    expect(refusal(() => engine.callbackSucceeded(id))).toMatch(/^CallbackTimeoutException/);
  });

  test('an execution that is stopped is not invoked again', async () => {
    const { engine, pass, execution, events } = await started([suspendAfter(wait('w', 5))]);
    engine.stop(execution.identity.arn, { ErrorMessage: 'enough' });
    await pass(10);
    expect(events).toHaveLength(1);
    expect(execution.description).toMatchObject({ Status: 'STOPPED', Error: { ErrorMessage: 'enough' } });
  });
});

describe('state', () => {
  test('further pages are read with the marker of the page before', async () => {
    const ids = Array.from({ length: 25 }, (_, n) => `s${n}`);
    const pages: string[][] = [];
    await started(
      [
        suspendAfter(...ids.map((id) => step(id, 'SUCCEED')), wait('w', 1)),
        ({ event, engine }) => {
          let page = event.InitialExecutionState;
          for (;;) {
            pages.push(page.Operations.map(({ Id }) => Id));
            if (!page.NextMarker) return DONE;
            page = engine.getState({ ...event, Marker: page.NextMarker, MaxItems: 10 });
          }
        },
      ],
      { firstPage: 4 },
    ).then(({ pass }) => pass(1));
    expect(pages.map((page) => page.length)).toEqual([4, 10, 10, 3]);
    expect(pages.flat().slice(1)).toEqual([...ids, 'w']);
  });

  test('a context that has ended hides what ran in it, unless it replays its children', async () => {
    const { events, pass } = await started([
      suspendAfter(
        context('hides', 'START'),
        step('hidden', 'SUCCEED', { ParentId: 'hides' }),
        context('hides', 'SUCCEED', { Payload: '1' }),
        context('shows', 'START'),
        step('shown', 'SUCCEED', { ParentId: 'shows' }),
        context('shows', 'SUCCEED', { ContextOptions: { ReplayChildren: true } }),
        wait('w', 1),
      ),
      () => DONE,
    ]);
    await pass(1);
    expect(events[1]?.InitialExecutionState.Operations.map(({ Id }) => Id).slice(1)).toEqual([
      ...['hides', 'shows', 'shown', 'w'],
    ]);
  });

  test('a result that is too large for a response ends the execution with a checkpoint', async () => {
    const { execution } = await started([
      ({ checkpoint }) => {
        checkpoint({ Id: 'execution-result-1', Type: 'EXECUTION', Action: 'SUCCEED', Payload: '"large"' });
        return { Status: 'SUCCEEDED', Result: '' };
      },
    ]);
    expect(execution.description).toMatchObject({ Status: 'SUCCEEDED', Result: '"large"' });
    expect(typesOf(execution.history).filter((type) => type === 'ExecutionSucceeded')).toHaveLength(1);
  });
});

test('another function runs for the execution, and its outcome invokes it', async () => {
  const invoke = (FunctionName: string) =>
    suspendAfter({
      Id: 'i',
      Type: 'CHAINED_INVOKE',
      Action: 'START',
      Payload: '2',
      ChainedInvokeOptions: { FunctionName },
    });
  const other = { invokeOther: async (name: string, payload: string) => `"${name} ${payload}"` };
  const found = await started([invoke('crm'), () => DONE], other);
  expect(seen(found.events[1], 'i')?.ChainedInvokeDetails?.Result).toBe('"crm 2"');
  const missing = await started([invoke('crm'), () => DONE]);
  expect(seen(missing.events[1], 'i')).toMatchObject({
    Status: 'FAILED',
    ChainedInvokeDetails: { Error: { ErrorType: 'ResourceNotFoundException' } },
  });
});

/** What an error is called and says. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  throw new Error('expected an error');
}
