import { beforeEach, expect, test, vi } from 'vitest';
import { Queues } from '../../../../lib/local/aws/queues.ts';
import type { LocalQueue } from '../../../../lib/local/template/deployment.ts';

const QUEUE: LocalQueue = {
  arn: 'arn:aws:sqs:us-east-1:0:orders.fifo',
  name: 'orders.fifo',
  title: 'Orders',
  url: 'http://127.0.0.1/0/orders.fifo',
  visibilityTimeoutSeconds: 30,
  fifo: { contentBasedDeduplication: true },
};
let queues: Queues;
beforeEach(() => {
  queues = new Queues();
  queues.apply([QUEUE]);
});
const send = (body: string, groupId?: string, deduplicationId?: string) =>
  queues.send(QUEUE, body, {}, { groupId, deduplicationId });
const receive = (limit = 10) => queues.receive(QUEUE, limit).map(({ body }) => body);

test('messages of a group are received in order, and while one is in flight no others of its group', () => {
  for (const body of ['a1', 'a2']) send(body, 'a');
  send('b1', 'b');
  expect(receive(1)).toEqual(['a1']);
  expect(receive()).toEqual(['b1']);
  const [first] = queues.messages(QUEUE.arn);
  expect(queues.delete(QUEUE, (first as unknown as { receiptHandle: string }).receiptHandle)).toBe(true);
  expect(receive()).toEqual(['a2']);
});

test('a message with the same deduplication id is accepted once in five minutes', () => {
  vi.useFakeTimers();
  try {
    const { messageId } = send('x', 'a');
    expect(send('x', 'b').messageId).toBe(messageId);
    expect(send('x', 'a', 'own').messageId).not.toBe(messageId);
    vi.advanceTimersByTime(300_000);
    expect(send('x', 'a').messageId).not.toBe(messageId);
    expect(queues.messages(QUEUE.arn).map(({ fifo }) => fifo?.sequenceNumber)).toEqual(
      [1, 2, 3].map((number) => String(number).padStart(20, '0')),
    );
  } finally {
    vi.useRealTimers();
  }
});

test('a message without a group, or that cannot be told from others, is refused', () => {
  expect(() => send('x')).toThrow('The request must contain the parameter MessageGroupId.');
  queues.apply([{ ...QUEUE, fifo: { contentBasedDeduplication: false } }]);
  expect(() => send('x', 'a')).toThrow('ContentBasedDeduplication enabled or MessageDeduplicationId provided');
});
