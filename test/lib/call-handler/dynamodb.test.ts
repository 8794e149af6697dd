import { dynamoDbOnce, dynamoDbState } from 'ari-eventbridge/dynamodb';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { StateOwner } from '../../../lib/call-handler/call-state.ts';

type Item = Record<string, unknown> & { id: string };
type Input = { Item?: Item; Key?: { id: string }; ConditionExpression?: string };

/** The part of DynamoDB that the commands use: items by id, and one condition. */
const items = new Map<string, Item>();
const client = {
  send: async (command: { input: Input }) => {
    const { input } = command;
    const { name } = command.constructor;
    const id = input.Item?.id ?? input.Key?.id ?? '';
    const there = items.get(id);
    if (name === 'GetCommand') return { Item: there };
    if (name === 'DeleteCommand') items.delete(id);
    else if (name === 'UpdateCommand') items.set(id, { ...(there as Item), done: true });
    else {
      const now = Math.floor(Date.now() / 1000);
      const free = !there || (there.done === false && Number(there.leaseUntil) < now);
      if (input.ConditionExpression && !free) {
        throw Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException', Item: there });
      }
      items.set(id, input.Item as Item);
    }
    return {};
  },
} as unknown as NonNullable<Parameters<typeof dynamoDbOnce>[0]['client']>;
const options = { tableName: 't', client };

beforeEach(() => items.clear());

test('a handled event is not handled again, in any Lambda environment', async () => {
  const work = vi.fn(async () => {});
  expect(await dynamoDbOnce(options).run('a', work)).toBe(true);
  expect(await dynamoDbOnce(options).run('a', work)).toBe(false);
  expect(work).toHaveBeenCalledTimes(1);
});

test('an event whose handling failed is handled again', async () => {
  await expect(dynamoDbOnce(options).run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await dynamoDbOnce(options).run('a', async () => {})).toBe(true);
});

test('an event that another invocation is processing is an error until its lease is over', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const never = dynamoDbOnce(options).run('a', () => new Promise(() => {}));
  await vi.waitFor(() => expect(items.size).toBe(1));
  await expect(dynamoDbOnce(options).run('a', async () => {})).rejects.toThrow(
    'already being processed by another invocation',
  );
  vi.setSystemTime(Date.now() + 62_000);
  expect(await dynamoDbOnce(options).run('a', async () => {})).toBe(true);
  void never;
});

test('state is stored by name, node and channel, and expires', async () => {
  const state = dynamoDbState<{ n: number }>('cart', options);
  const owner = { channel: { id: '1.0' }, event: { metadata: { node: 'pbx-1' } } } as StateOwner;
  expect(await state.get(owner)).toBeUndefined();
  await state.set(owner, { n: 1 });
  expect(await state.get(owner)).toEqual({ n: 1 });
  const [item] = items.values();
  expect(item).toMatchObject({ id: 'state#cart#pbx-1#1.0' });
  expect(Number(item?.expiresAt) - Date.now() / 1000).toBeCloseTo(24 * 3600, -1);
});
