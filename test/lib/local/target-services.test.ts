import { beforeEach, expect, test } from 'vitest';
import { Queues } from '../../../lib/local/aws/queues.ts';
import { AwsWaits } from '../../../lib/local/aws/waits.ts';
import { Bus } from '../../../lib/local/bus/bus.ts';
import type { BusEvent } from '../../../lib/local/bus/bus-event.ts';
import type { Delivery } from '../../../lib/local/bus/deliveries.ts';
import { Functions } from '../../../lib/local/lambda/functions.ts';
import { keepFailed, sendToTarget } from '../../../lib/local/target-services.ts';

const at = (service: string, path: string) => `arn:aws:${service}:us-east-1:000000000000:${path}`;
const QUEUE = at('sqs', 'letters');
const EVENT = { id: 'e', detail: {} } as BusEvent;
const RULE = { title: 'R', name: 'rule', arn: 'arn:rule', busName: 'calls', pattern: {}, targets: [] };

const published: string[] = [];
const logged: [string, string][] = [];
const queues = new Queues();
queues.apply([
  { arn: QUEUE, name: 'letters', title: 'Letters', url: 'http://127.0.0.1/0/letters', visibilityTimeoutSeconds: 30 },
]);
const bus = new Bus({ onEvent: (_, busName) => published.push(busName), deliver: () => {} });
bus.apply(['archive'], []);
const nothing = () => {};
const functions = new Functions(() => ({}), new AwsWaits(1), {
  onStart: nothing,
  onEnd: nothing,
  onCommand: nothing,
  onLog: nothing,
  send: nothing,
  onDropped: nothing,
});
const services = { functions, queues, bus, log: (group: string, line: string) => logged.push([group, line]) };
const send = (arn: string, input = JSON.stringify(EVENT), hops = 0) => {
  const delivery: Delivery = { event: EVENT, rule: RULE, target: { arn }, ingested: new Date(), traceId: '', hops };
  return sendToTarget(services, delivery, input);
};

beforeEach(() => {
  published.length = 0;
  logged.length = 0;
});

test('a queue gets the event, or the rule’s input', () => {
  expect(send(QUEUE)).toBeUndefined();
  expect(send(QUEUE, 'text')).toBeUndefined();
  expect(queues.messages(QUEUE).map(({ body }) => body)).toEqual([JSON.stringify(EVENT), 'text']);
});

test('another bus gets the event, and does not forward it again', () => {
  const other = at('events', 'event-bus/archive');
  expect(send(other)).toBeUndefined();
  expect(published).toEqual(['archive']);
  expect(send(other, JSON.stringify(EVENT), 1)).toMatchObject({ code: 'THIRD_ACCOUNT_HOP_DETECTED' });
  expect(published).toHaveLength(1);
});

test('an event for a log group becomes a log line', () => {
  expect(send(at('logs', 'log-group:/aws/events/calls:*'), 'line')).toBeUndefined();
  expect(logged).toEqual([['/aws/events/calls', 'line']]);
});

test.each([at('lambda', 'function:gone'), at('sqs', 'gone'), at('events', 'event-bus/gone')])(
  '%s does not exist, which is not retriable',
  (arn) => {
    expect(send(arn)).toEqual({ code: 'NO_RESOURCE', message: `${arn} does not exist.` });
  },
);

test('a failed event is kept in a queue with its attributes, or lost when the queue does not exist', () => {
  expect(keepFailed(services, QUEUE, 'body', { A: 'b' })).toBe(true);
  expect(queues.messages(QUEUE).at(-1)).toMatchObject({ body: 'body', attributes: { A: 'b' } });
  expect(keepFailed(services, at('sqs', 'gone'), '{}', {})).toBe(false);
});
