import type { CallEvent, CallEventEnvelope } from '../events/call-event.ts';
import { createLog, type Log } from '../log.ts';
import { deliver } from './complete-wait.ts';
import { type DurableApi, durableApi } from './durable-api.ts';
import { dynamoDbInbox } from './dynamodb-inbox.ts';
import { type FlowEnvironment, required } from './environment.ts';
import { executionName } from './execution-name.ts';
import { factOf } from './fact.ts';
import type { Inbox } from './inbox.ts';

/** What the execution of a flow begins with. */
export interface FlowInput {
  /** The event by which the call entered the app. */
  event: CallEvent<'StasisStart'>;
}

export interface DispatcherOptions {
  /** @default the table `FLOW_TABLE` */
  inbox?: Inbox;
  /** @default Lambda's */
  api?: Pick<DurableApi, 'start' | 'complete'>;
  /** The durable function, with its alias or version. @default `FLOW_FUNCTION` */
  functionName?: string;
  /** @default JSON lines on standard output */
  log?: Log;
}

/** A Lambda function for the call events of a flow's app: the target of its rule. */
export type FlowDispatcher = (envelope: CallEventEnvelope) => Promise<void>;

/**
 * Starts one execution for each call that enters the app. A call that is back with an outcome, or is over, starts nothing:
 * the fact goes to the inbox, and in the same write the dispatcher learns which callback waits for it, and completes it.
 *
 * Every part of it can be repeated. Where AWS is not available, the event fails, and Lambda tries it again.
 *
 * @example
 * export const handler = flowDispatcher();
 */
export function flowDispatcher(options: DispatcherOptions = {}): FlowDispatcher {
  const { log: baseLog = createLog() } = options;
  let needs: Needs | undefined;
  return async (envelope) => {
    const { type, metadata } = envelope.detail;
    const log = baseLog.with({ event: type, id: metadata.id, node: metadata.node, channel: metadata.channelId });
    if (envelope['replay-name']) {
      log.info('Ignored an event of a replay', { replay: envelope['replay-name'] });
      return;
    }
    const { node, channelId } = metadata;
    if (channelId === undefined) return;
    needs ??= needsOf(options);
    const fact = factOf(envelope.detail);
    if (fact) {
      const completed = await deliver({ node, channelId }, fact, needs);
      log.info('A call is back, or over', { fact: fact.key, completed });
    } else if (type === 'StasisStart') {
      const name = executionName(metadata);
      const input: FlowInput = { event: envelope.detail as CallEvent<'StasisStart'> };
      await needs.api.start(needs.functionName, name, input);
      log.info('Started the flow of a call', { execution: name });
    }
  };
}

interface Needs {
  inbox: Inbox;
  api: Pick<DurableApi, 'start' | 'complete'>;
  functionName: string;
}

function needsOf({ inbox, api, functionName }: DispatcherOptions): Needs {
  const environment: FlowEnvironment = process.env;
  return {
    inbox: inbox ?? dynamoDbInbox(required('FLOW_TABLE', environment)),
    api: api ?? durableApi(),
    functionName: functionName ?? required('FLOW_FUNCTION', environment),
  };
}
