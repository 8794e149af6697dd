import { type DurableLambdaHandler, withDurableExecution } from '@aws/durable-execution-sdk-js';
import type { AriClient } from '../ari/client.ts';
import { nodeClients } from '../call-handler/nodes.ts';
import { createLog, type Log } from '../log.ts';
import type { FlowInput } from './dispatch.ts';
import { type DurableApi, durableApi } from './durable-api.ts';
import { dynamoDbInbox } from './dynamodb-inbox.ts';
import { type FlowEnvironment, required } from './environment.ts';
import type { FlowCall } from './flow-call.ts';
import { FlowRun } from './flow-run.ts';
import { inFlow, operationsBefore, withOperationsBefore } from './in-flow.ts';
import type { Inbox } from './inbox.ts';

/** A durable Lambda function: the flow of each call that enters its app. */
export interface CallFlow extends DurableLambdaHandler {
  /** Tells a flow from a call handler. */
  readonly isFlow: true;
  /** The same flow with some options changed. */
  withOptions(changed: CallFlowOptions): CallFlow;
}

/** Tells a flow from a call handler. */
export function isFlow(handler: object): handler is CallFlow {
  return 'isFlow' in handler && handler.isFlow === true;
}

export interface CallFlowOptions {
  /** Finds the ARI client of a node. @default from `ARI_NODES` and Secrets Manager */
  clientOf?: (node: string) => AriClient;
  /** @default the table `FLOW_TABLE` */
  inbox?: Inbox;
  /** The service's side of durable executions. @default Lambda's */
  api?: Pick<DurableApi, 'checkpoint' | 'getExecutionState' | 'complete'>;
  /**
   * For so many seconds after a list was sent, the invocation looks into the inbox itself, ten times a second, before it
   * sleeps: the caller's answer then costs no resume. 0 to 60; less than the function's timeout. docs/call-flows.md has what
   * it costs.
   * @default 0
   */
  awakeSeconds?: number;
  /** How a step waits a moment. @default by a timer */
  sleep?: (ms: number) => Promise<void>;
  /** @default JSON lines on standard output */
  log?: Log;
}

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
  if (!(awakeSeconds >= 0 && awakeSeconds <= 60)) {
    throw new RangeError(`awakeSeconds: expected a number from 0 to 60, got ${awakeSeconds}`);
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
    { durableExecutionClient: api },
  );
  const handler: DurableLambdaHandler = (invocation, context) =>
    // The first operation is the execution itself.
    withOperationsBefore(invocation.InitialExecutionState.Operations.length - 1, () => durable(invocation, context));
  return Object.assign(handler, {
    isFlow: true as const,
    withOptions: (changed: CallFlowOptions) => callFlow(flow, { ...options, ...changed }),
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
