import { randomUUID } from 'node:crypto';
import { parseJson } from '../json.ts';
import { type Queues, ServiceError } from './aws/index.ts';
import type { Bus, BusEvent, Delivery, DeliveryFault } from './bus/index.ts';
import type { Functions } from './lambda/index.ts';
import { busNameOf, type LocalQueue, type LocalTarget } from './template/index.ts';

/** The services that can be targets. */
export interface TargetServices {
  functions: Functions;
  queues: Queues;
  bus: Bus;
  /** Writes an event to a log group. */
  log(group: string, line: string): void;
}

/**
 * Sends an event to a target of a rule.
 *
 * @param input what the target receives: the event's JSON, or what the rule makes from it
 * @returns why the target did not accept it; `undefined` where it did
 */
export function sendToTarget(
  { functions, queues, bus, log }: TargetServices,
  { event, target, traceId, hops }: Delivery,
  input: string,
): DeliveryFault | undefined {
  const [, , service] = target.arn.split(':');
  const gone: DeliveryFault = { code: 'NO_RESOURCE', message: `${target.arn} does not exist.` };
  if (service === 'lambda') {
    if (!functions.has(target.arn)) return gone;
    if (parseJson(input) === undefined)
      return { code: 'INVALID_JSON', message: 'The input of the target is not JSON.' };
    if (functions.invoke(target.arn, input, eventIdOf(event), traceId || newTraceId())) return undefined;
    return { code: 'THROTTLING', message: 'Rate exceeded.', retriable: true };
  }
  if (service === 'sqs') {
    const queue = queues.find(target.arn);
    if (!queue) return gone;
    return sendToQueue(queues, queue, input, target);
  } else if (service === 'events') {
    const busName = busNameOf(target.arn);
    if (!bus.has(busName)) return gone;
    if (hops > 0)
      return { code: 'THIRD_ACCOUNT_HOP_DETECTED', message: 'An event can be forwarded to another bus only once.' };
    bus.publish(busName, event, { traceId, hops: hops + 1 });
  } else {
    log(target.arn.replace(/^.*:log-group:/, '').replace(/:\*$/, ''), input);
  }
  return undefined;
}

/** SQS refuses messages for a FIFO queue that have no group, or that it cannot tell from earlier ones. */
function sendToQueue(
  queues: Queues,
  queue: LocalQueue,
  body: string,
  { messageGroupId }: LocalTarget,
): DeliveryFault | undefined {
  try {
    queues.send(queue, body, {}, { groupId: messageGroupId });
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return { code: 'SDK_CLIENT_ERROR', message: error.message };
    throw error;
  }
}

/**
 * Sends a failed event to its destination: a queue, or a function.
 *
 * @returns whether the destination exists
 */
export function keepFailed(
  { functions, queues }: Pick<TargetServices, 'functions' | 'queues'>,
  arn: string,
  body: string,
  attributes: Record<string, string>,
): boolean {
  const queue = queues.find(arn);
  if (!queue) return functions.invoke(arn, body, randomUUID(), newTraceId());
  queues.send(queue, body, attributes);
  return true;
}

/** The id that is the same for every delivery of an event. */
function eventIdOf({ id, detail }: BusEvent): string {
  return (detail.metadata as { id?: string } | undefined)?.id ?? id;
}

function newTraceId(): string {
  const id = randomUUID().replaceAll('-', '');
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${id.slice(0, 24)};Parent=${id.slice(-16)};Sampled=0`;
}
