import type { CallEvent, CallEventEnvelope } from '../events/call-event.ts';
import { createLog, type Log } from '../log.ts';
import { type DurableApi, durableApi } from './durable-api.ts';
import { dynamoDbInbox } from './dynamodb-inbox.ts';
import { type FlowEnvironment, required } from './environment.ts';
import { executionName } from './execution-name.ts';
import { type Fact, factOf, type Leg, legOf, resultKey } from './fact.ts';
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
 * const handler = flowDispatcher({ functionName: 'ivr:live' });
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

/**
 * Completes `call.waitFor(name)` of a flow: from another Lambda function, a web hook, a person's click. The first value of a
 * name counts; further ones change nothing, so it can be repeated. It may come before the flow waits.
 *
 * Needs the flow's table (`FLOW_TABLE`) and the right to complete its callbacks: `flow.grantCompleteWait(fn)` of the
 * construct `CallFlow`.
 *
 * @param call `call.ref` of the flow
 * @param value JSON of at most 256 KB
 * @throws AwsError where AWS refuses, or does not answer: call it again
 * @example
 * await completeWait(request.callRef, 'approval', { by: 'alice', approved: true });
 */
export async function completeWait(
  call: string,
  name: string,
  value: unknown,
  options: Pick<DispatcherOptions, 'inbox' | 'api'> = {},
): Promise<void> {
  await deliver(legOf(call), { key: resultKey(name), value }, needsOf({ functionName: '', ...options }));
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

/** @returns how many flows it woke */
async function deliver(leg: Leg, given: Fact, { inbox, api }: Needs): Promise<number> {
  const { fact, callbacks } = await inbox.append(leg, given);
  const woken = await Promise.all(callbacks.map((callback) => api.complete(callback, JSON.stringify(fact))));
  return woken.filter(Boolean).length;
}
