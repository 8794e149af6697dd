import { type DurableApi, durableApi } from './durable-api.ts';
import { dynamoDbInbox } from './dynamodb-inbox.ts';
import { required } from './environment.ts';
import { type Fact, type Leg, legOf, resultKey } from './fact.ts';
import type { Inbox } from './inbox.ts';

export interface DeliveryNeeds {
  /** @default the table `FLOW_TABLE` */
  inbox: Inbox;
  /** @default Lambda's */
  api: Pick<DurableApi, 'complete'>;
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
 * const { callRef } = JSON.parse('{"callRef":"pbx-1/1795403597.0"}'); // what the flow gave with its question
 * await completeWait(callRef, 'approval', { by: 'alice', approved: true });
 */
export async function completeWait(
  call: string,
  name: string,
  value: unknown,
  options: Partial<DeliveryNeeds> = {},
): Promise<void> {
  const inbox = options.inbox ?? dynamoDbInbox(required('FLOW_TABLE', process.env));
  await deliver(legOf(call), { key: resultKey(name), value }, { inbox, api: options.api ?? durableApi() });
}

/** Stores a fact, and wakes the flows that wait for it. @returns how many it woke */
export async function deliver(leg: Leg, given: Fact, { inbox, api }: DeliveryNeeds): Promise<number> {
  const { fact, callbacks } = await inbox.append(leg, given);
  const woken = await Promise.all(callbacks.map((callback) => api.complete(callback, JSON.stringify(fact))));
  return woken.filter(Boolean).length;
}
