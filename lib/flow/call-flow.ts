import {
  type DurableExecutionClient,
  type DurableLambdaHandler,
  withDurableExecution,
} from '@aws/durable-execution-sdk-js';
import { nodeClients } from '../call-handler/nodes.ts';
import { createLog } from '../log.ts';
import type { FlowInput } from './dispatch.ts';
import { durableApi } from './durable-api.ts';
import { dynamoDbInbox } from './dynamodb-inbox.ts';
import { type FlowEnvironment, required } from './environment.ts';
import type { FlowCall } from './flow-call.ts';
import type { CallFlow, CallFlowOptions, DurableInvocation } from './flow-function.ts';
import { FlowRun } from './flow-run.ts';
import { inFlow, operationsBefore, withOperationsBefore } from './in-flow.ts';

/**
 * A call as one function, on AWS Lambda durable functions: it sleeps at no cost between outcomes, and survives deploys and
 * crashes. Lambda runs it again from its beginning each time that it goes on, and gives it what it has had before. So all
 * that it does itself has to be the same each time; everything else belongs into `call.step` (docs/call-flows.md).
 *
 * Deploy it with the construct `CallFlow`, which adds the dispatcher and the table of inboxes. Needs the package
 * `@aws/durable-execution-sdk-js`.
 *
 * @param flow runs once for each call leg that enters the app. When it returns, a call that it has neither hung up nor let
 *   go on in the dialplan is hung up. Where it throws, the call goes to the fallback, and the execution has failed.
 * @example
 * export const handler = callFlow(async (call) => {
 *   const { digits } = await call.gather({ prompt: 'sound:vm-password', maxDigits: 4 });
 *   if (digits === '4711') await call.play('sound:auth-thankyou').leave();
 *   else await call.play('sound:vm-goodbye').hangup();
 * });
 */
export function callFlow<T>(flow: (call: FlowCall) => PromiseLike<T>, options: CallFlowOptions = {}): CallFlow {
  const { clientOf = nodeClients(), log = createLog(), sleep = pause, awakeSeconds = 0 } = options;
  if (!Number.isInteger(awakeSeconds) || awakeSeconds < 0 || awakeSeconds > 60) {
    throw new RangeError(`awakeSeconds: expected a whole number from 0 to 60, got ${awakeSeconds}`);
  }
  const api = options.api ?? durableApi();
  let { inbox } = options;
  const durable = withDurableExecution(
    async ({ event }: FlowInput, context) => {
      const environment: FlowEnvironment = process.env;
      inbox ??= dynamoDbInbox(required('FLOW_TABLE', environment));
      const ari = clientOf(event.metadata.node);
      const ofRun = { event, context, inbox, api, ari, log, sleep, awakeSeconds };
      const run = new FlowRun({ ...ofRun, operationsBefore: operationsBefore() });
      return run.of((call) => inFlow(() => flow(call)));
    },
    // Its types are those of the SDK, which a dispatcher and a test do not need.
    { durableExecutionClient: api as DurableExecutionClient },
  );
  const handler = (...given: [invocation: DurableInvocation, context: object]) => {
    // The first operation is the execution itself.
    const before = given[0].InitialExecutionState.Operations.length - 1;
    return withOperationsBefore(before, () => durable(...(given as Parameters<DurableLambdaHandler>)));
  };
  return Object.assign(handler, {
    isFlow: true as const,
    withOptions: (changed: CallFlowOptions) => callFlow(flow, { ...options, ...changed }),
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
