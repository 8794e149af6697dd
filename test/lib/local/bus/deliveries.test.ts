import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AwsWaits } from '../../../../lib/local/aws/waits.ts';
import type { BusEvent } from '../../../../lib/local/bus/bus-event.ts';
import { Deliveries, type Delivery, type DeliveryFault } from '../../../../lib/local/bus/deliveries.ts';
import type { LocalTarget } from '../../../../lib/local/template/deployment.ts';

const EVENT = { id: 'e', detail: {} } as BusEvent;
const THROTTLED: DeliveryFault = { code: 'THROTTLING', message: 'Rate exceeded.', retriable: true };
/** AWS's waits at full length, on a clock that the test moves. */
const SPEEDUP = 1;

let faults: (DeliveryFault | undefined)[];
const inputs: string[] = [];
const letters: { queue: string; body: string; attributes: Record<string, string> }[] = [];
const dropped: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  for (const list of [inputs, letters, dropped]) list.length = 0;
});
afterEach(() => vi.useRealTimers());

function deliver(target: Partial<LocalTarget>, ...answers: typeof faults): void {
  faults = answers;
  const deliveries = new Deliveries(new AwsWaits(SPEEDUP), {
    send: (_, input) => {
      inputs.push(input);
      return faults.length > 1 ? faults.shift() : faults[0];
    },
    deadLetter: (queue, body, attributes) => letters.push({ queue, body, attributes }),
    onDropped: (_, { code }) => dropped.push(code),
  });
  const rule = { title: 'R', name: 'rule', arn: 'arn:rule', busName: 'b', pattern: {}, targets: [] };
  const delivery: Delivery = {
    event: EVENT,
    rule,
    target: { arn: 'arn:target', ...target },
    ingested: new Date(),
    traceId: '',
    hops: 0,
  };
  deliveries.deliver(delivery);
}

test('an event reaches its target with the rule’s input', () => {
  deliver({}, undefined);
  deliver({ input: { constant: '"c"' } }, undefined);
  expect(inputs).toEqual([JSON.stringify(EVENT), '"c"']);
});

test('a retriable failure is retried until the target accepts the event', async () => {
  deliver({ deadLetterArn: 'arn:q' }, THROTTLED, THROTTLED, undefined);
  expect(inputs).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(inputs).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(2000);
  expect(inputs).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect([inputs.length, letters.length]).toEqual([3, 0]);
});

describe('in the end it is a dead letter, with its attributes', () => {
  const attributes = {
    RULE_ARN: 'arn:rule',
    TARGET_ARN: 'arn:target',
    ERROR_CODE: 'THROTTLING',
    ERROR_MESSAGE: 'Rate exceeded.',
  };

  test.each([
    ['the attempts', { maxRetryAttempts: 2 }, 'MaximumRetryAttempts', '2', 10_000],
    ['the age', { maxEventAgeSeconds: 60 }, 'MaximumEventAgeInSeconds', expect.stringMatching(/^[56]$/), 60_000],
    ["AWS's own 24 hours", {}, expect.any(String), expect.stringMatching(/^1\d\d$/), 86_400_000],
  ])('when %s are used up', async (_, retryPolicy, condition, retries, ms) => {
    deliver({ deadLetterArn: 'arn:q', retryPolicy }, THROTTLED);
    await vi.advanceTimersByTimeAsync(ms);
    expect(letters).toEqual([
      {
        queue: 'arn:q',
        body: JSON.stringify(EVENT),
        attributes: { ...attributes, EXHAUSTED_RETRY_CONDITION: condition, RETRY_ATTEMPTS: retries },
      },
    ]);
  });

  test('at once when no retry can help', () => {
    deliver({ deadLetterArn: 'arn:q' }, { code: 'NO_RESOURCE', message: 'gone' });
    expect(letters).toMatchObject([{ attributes: { ERROR_CODE: 'NO_RESOURCE', RETRY_ATTEMPTS: '0' } }]);
  });

  test('at once when the function may not be invoked', () => {
    deliver({ deadLetterArn: 'arn:q', forbidden: true }, undefined);
    expect(inputs).toEqual([]);
    expect(letters).toMatchObject([{ attributes: { ERROR_CODE: 'NO_PERMISSIONS' } }]);
  });
});

test('without a dead-letter queue it is lost, and reported as lost', () => {
  deliver({}, { code: 'NO_RESOURCE', message: 'gone' });
  expect(dropped).toEqual(['NO_RESOURCE']);
});

test('waits are shortened by the hurry, and count at their full length', async () => {
  const waits = new AwsWaits(60);
  const done = vi.fn();
  waits.after(60_000, done);
  await vi.advanceTimersByTimeAsync(999);
  expect(done).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toHaveBeenCalledOnce();
  waits.after(60_000, done);
  waits.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done).toHaveBeenCalledOnce();
});
