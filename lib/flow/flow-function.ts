import type { AriClient } from '../ari/client.ts';
import type { Log } from '../log.ts';
import type { DurableApi } from './durable-api.ts';
import type { Inbox } from './inbox.ts';

/** What Lambda invokes a durable function with, as far as it is used here. */
export interface DurableInvocation {
  DurableExecutionArn: string;
  CheckpointToken: string;
  InitialExecutionState: { Operations: readonly object[]; NextMarker?: string };
}

/** A durable Lambda function: the flow of each call that enters its app. */
export interface CallFlow {
  /** As Lambda invokes it. @returns what the execution came to, or that it goes on */
  (invocation: DurableInvocation, context: object): Promise<object>;
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
   * sleeps: the caller's answer then costs no resume. Whole, 0 to 60; less than the function's timeout. docs/call-flows.md has what
   * it costs.
   * @default 0
   */
  awakeSeconds?: number;
  /** How a step waits a moment. @default by a timer */
  sleep?: (ms: number) => Promise<void>;
  /** @default JSON lines on standard output */
  log?: Log;
}
