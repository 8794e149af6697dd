import { dynamoDbOnce, dynamoDbState } from 'ari-eventbridge/dynamodb';
import { type TestTables, testTables } from 'ari-eventbridge/testing';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { StateOwner } from '../../../lib/call-handler/call-state.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await testTables('calls');
});
afterAll(() => tables.close());

const options = { tableName: 'calls' };
let count = 0;
const newId = () => `event-${++count}`;

/** A date that stands still until the test changes it. */
function fakeDate(): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Work that runs until the test ends it. */
function openWork() {
  let end = (): void => {};
  let fail = (_: Error): void => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const work = vi.fn(() => ended);
  return { work, end, fail, begun: () => vi.waitFor(() => expect(work).toHaveBeenCalled()) };
}

test('a handled event is not handled again, in any Lambda environment', async () => {
  const id = newId();
  const work = vi.fn(async () => {});
  expect(await dynamoDbOnce(options).run(id, work)).toBe(true);
  expect(await dynamoDbOnce(options).run(id, work)).toBe(false);
  expect(work).toHaveBeenCalledTimes(1);
});

test('of several attempts at the same time one handles the event, and the others fail', async () => {
  const id = newId();
  const { work, end, begun } = openWork();
  const attempts = Array.from({ length: 5 }, () => dynamoDbOnce(options).run(id, work));
  const settled = Promise.allSettled(attempts);
  await begun();
  end();
  const results = (await settled).map(({ status }) => status);
  expect(work).toHaveBeenCalledTimes(1);
  expect(results.filter((status) => status === 'fulfilled')).not.toHaveLength(0);
});

test('an event whose handling failed is handled again', async () => {
  const id = newId();
  await expect(dynamoDbOnce(options).run(id, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await dynamoDbOnce(options).run(id, async () => {})).toBe(true);
});

test('an event that another invocation is processing is an error until that invocation’s time is over', async () => {
  fakeDate();
  const id = newId();
  const { work, begun } = openWork();
  void dynamoDbOnce(options).run(id, work, 10_000);
  await begun();
  const refusal = 'already being processed by another invocation';
  await expect(dynamoDbOnce(options).run(id, async () => {})).rejects.toThrow(refusal);
  vi.setSystemTime(Date.now() + 9_000);
  await expect(dynamoDbOnce(options).run(id, async () => {})).rejects.toThrow(refusal);
  vi.setSystemTime(Date.now() + 3_000);
  expect(await dynamoDbOnce(options).run(id, async () => {})).toBe(true);
});

test.each(['ends well', 'fails'])(
  'an attempt whose time is over does not change what the next one holds when it %s',
  async (how) => {
    fakeDate();
    const id = newId();
    const [first, second] = [openWork(), openWork()];
    const slow = dynamoDbOnce(options).run(id, first.work, 1000);
    slow.catch(() => {});
    await first.begun();
    vi.setSystemTime(Date.now() + 5_000);
    const next = dynamoDbOnce(options).run(id, second.work, 60_000);
    await second.begun();
    if (how === 'fails') {
      first.fail(new Error('too late'));
      await expect(slow).rejects.toThrow('too late');
    } else {
      first.end();
      expect(await slow).toBe(true);
    }
    // The second attempt still holds it.
    await expect(dynamoDbOnce(options).run(id, async () => {})).rejects.toThrow('already being processed');
    second.end();
    expect(await next).toBe(true);
    expect(await dynamoDbOnce(options).run(id, async () => {})).toBe(false);
  },
);

test('the error of a handler is reported also where the event cannot be released', async () => {
  const id = newId();
  const failing = dynamoDbOnce(options).run(id, async () => {
    const { DynamoDBClient, DeleteTableCommand } = await import('@aws-sdk/client-dynamodb');
    await new DynamoDBClient({}).send(new DeleteTableCommand({ TableName: 'calls' })).catch(() => {});
    throw new Error('of the handler');
  });
  await expect(failing).rejects.toThrow('of the handler');
});

test('an event is forgotten after its time, also where DynamoDB has not removed it yet', async () => {
  fakeDate();
  const id = newId();
  const brief = { ...options, keepSeconds: 60 };
  expect(await dynamoDbOnce(brief).run(id, async () => {})).toBe(true);
  vi.setSystemTime(Date.now() + 62_000);
  expect(await dynamoDbOnce(brief).run(id, async () => {})).toBe(true);
});

const owner = { channel: { id: '1.0' }, event: { metadata: { node: 'pbx-1' } } } as StateOwner;

test('state is stored by name, node and channel, and expires', async () => {
  fakeDate();
  const state = dynamoDbState<{ n: number }>('cart', options);
  expect(await state.get(owner)).toBeUndefined();
  await state.set(owner, { n: 1 });
  expect(await dynamoDbState('cart', options).get(owner)).toEqual({ n: 1 });
  expect(await dynamoDbState('other', options).get(owner)).toBeUndefined();
  expect(await state.get({ ...owner, channel: { id: '1.1' } } as StateOwner)).toBeUndefined();
  vi.setSystemTime(Date.now() + 25 * 3600_000);
  expect(await state.get(owner)).toBeUndefined();
});

class Cart {
  item = 'tea';
}

test.each([
  ['fields that are undefined', { item: 'tea', name: undefined, deep: { none: undefined } }],
  ['undefined and functions in a list', [undefined, () => 1, 'x']],
  ['a date', { at: new Date(0) }],
  ['an instance of a class', new Cart()],
  ['a map and a set', { map: new Map([[1, 2]]), set: new Set([1]) }],
  ['what is not a number', [Number.NaN, Number.POSITIVE_INFINITY, -0]],
  ['large and small numbers', [2 ** 53 + 2, 1e21, 1.5e-7, -1e100]],
  ['empty values', { text: '', list: [], object: {} }],
  ['a value with toJSON', { toJSON: () => ({ given: 1 }) }],
  ['a text', 'text'],
  ['null', null],
])('state is what JSON.stringify makes of %s', async (_, value) => {
  const state = dynamoDbState<unknown>('json', options);
  await state.set(owner, value);
  expect(await state.get(owner)).toEqual(JSON.parse(JSON.stringify(value)));
});

test('state that is set to undefined is gone', async () => {
  const state = dynamoDbState<string | undefined>('gone', options);
  await state.set(owner, 'here');
  await state.set(owner, undefined);
  expect(await state.get(owner)).toBeUndefined();
});
