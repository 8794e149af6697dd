import {
  type CheckpointResponse,
  DurableEngine,
  type DurableEngineOptions,
  type DurableInvocationInput,
  type Execution,
  type OperationUpdate,
} from '../../../lib/durable-engine/index.ts';
import { ManualClock } from '../../../lib/simulator/clock.ts';

/** What one invocation of a function can use. */
export interface Run {
  event: DurableInvocationInput;
  engine: DurableEngine;
  clock: ManualClock;
  /** Sends a checkpoint with the token that the last response brought. */
  checkpoint(...updates: OperationUpdate[]): CheckpointResponse;
}

export const PENDING = { Status: 'PENDING' } as const;
export const DONE = { Status: 'SUCCEEDED', Result: '"done"' } as const;

export const REQUEST = {
  functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:flow',
  version: '7',
  payload: '{"a":1}',
  name: 'call-1',
  timeoutSeconds: 3600,
};

export interface Started {
  engine: DurableEngine;
  execution: Execution;
  /** What the function was invoked with, each time. */
  events: DurableInvocationInput[];
  clock: ManualClock;
  /** Lets time pass, and the function run. */
  pass(seconds: number): Promise<void>;
}

/** Starts an execution of a function that does one of the given things at each invocation. */
export async function started(
  invocations: ((run: Run) => unknown)[],
  options: Partial<DurableEngineOptions> = {},
): Promise<Started> {
  const clock = new ManualClock();
  const events: DurableInvocationInput[] = [];
  const engine: DurableEngine = new DurableEngine({
    clock,
    invoke: async ({ event }) => {
      const invocation = invocations[events.length];
      events.push(event);
      if (!invocation) throw new Error(`expected ${invocations.length} invocations`);
      const { DurableExecutionArn } = event;
      let { CheckpointToken } = event;
      await undefined;
      return invocation({
        ...{ event, engine, clock },
        checkpoint: (...Updates) => {
          const response = engine.checkpoint({ DurableExecutionArn, CheckpointToken, Updates });
          CheckpointToken = response.CheckpointToken;
          return response;
        },
      });
    },
    ...options,
  });
  const { execution } = engine.start(REQUEST);
  await engine.settled();
  const pass = async (seconds: number): Promise<void> => {
    clock.advance(seconds * 1000);
    await engine.settled();
  };
  return { engine, execution, events, clock, pass };
}

type Rest = Omit<OperationUpdate, 'Id' | 'Type' | 'Action'>;

export const step = (Id: string, Action: OperationUpdate['Action'], rest: Rest = {}): OperationUpdate => ({
  ...{ Id, Type: 'STEP', Action },
  ...rest,
});

export const context = (Id: string, Action: OperationUpdate['Action'], rest: Rest = {}): OperationUpdate => ({
  ...{ Id, Type: 'CONTEXT', Action },
  ...rest,
});

export const wait = (Id: string, WaitSeconds: number): OperationUpdate => ({
  ...{ Id, Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds } },
});

export const callback = (Id: string, CallbackOptions: OperationUpdate['CallbackOptions'] = {}): OperationUpdate => ({
  ...{ Id, Type: 'CALLBACK', Action: 'START', CallbackOptions },
});

/** The id of the first callback among the operations of a response. */
export function callbackIdIn({ NewExecutionState }: CheckpointResponse): string {
  const [id] = NewExecutionState.Operations.flatMap(({ CallbackDetails }) => CallbackDetails?.CallbackId ?? []);
  if (id === undefined) throw new Error('expected a callback in the response');
  return id;
}

/** The operation that an invocation begins with. */
export function seen(event: DurableInvocationInput | undefined, id: string) {
  return event?.InitialExecutionState.Operations.find(({ Id }) => Id === id);
}
