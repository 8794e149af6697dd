import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TableError, Tables } from '../../lib/tables/index.ts';
import { MiniStack } from './ministack.ts';

/** What the helpers for DynamoDB and their like do, on three items of one table. */
const TableName = 'calls';
const TABLE = {
  TableName,
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};
const IDS = ['a', 'b', 'c'];

type Answer = { answer: object } | { error: string };
type Operation = [name: string, input: Record<string, unknown>];

let emulator: MiniStack;
const tables = new Tables();
beforeAll(async () => {
  emulator = await MiniStack.start();
  await tables.apply([TABLE]);
  await emulated('CreateTable', { ...TABLE, BillingMode: 'PAY_PER_REQUEST' });
});
afterAll(async () => {
  await tables.close();
  await emulator?.stop();
});

async function emulated(name: string, input: object): Promise<Answer> {
  const response = await fetch(emulator.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${name}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  });
  const answer = (await response.json()) as { __type?: string };
  return response.ok ? { answer } : { error: (answer.__type ?? '').split('#').at(-1) ?? '' };
}

async function local(name: string, input: Record<string, unknown>): Promise<Answer> {
  try {
    return { answer: (await tables.call(name, input)) ?? {} };
  } catch (error) {
    if (error instanceof TableError) return { error: error.type };
    throw error;
  }
}

const id = fc.constantFrom(...IDS);
const number = fc.integer({ min: -3, max: 3 }).map((value) => ({ N: String(value) }));
const value = fc.oneof(
  number,
  fc.string({ minLength: 1, maxLength: 3 }).map((S) => ({ S })),
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constant({ NULL: true }),
  fc.array(number, { maxLength: 2 }).map((L) => ({ L })),
  fc.dictionary(fc.constantFrom('x', 'y'), number).map((M) => ({ M })),
);
const condition = fc.constantFrom(
  undefined,
  'attribute_not_exists(id)',
  'attribute_exists(id)',
  'attribute_not_exists(id) OR (done = :no AND leaseUntil < :now) OR expiresAt < :now',
  'holder = :me',
  'leaseUntil BETWEEN :no2 AND :now',
  'NOT contains(holder, :me)',
  'begins_with(holder, :me) AND size(holder) > :no2',
);
const VALUES: Record<string, object> = {
  ':no': { BOOL: false },
  ':now': { N: '1' },
  ':me': { S: 'm' },
  ':no2': { N: '-1' },
  ':yes': { BOOL: true },
};

/** Only values that an expression names may be given. */
function withExpressions(input: Record<string, unknown>, ...expressions: (string | undefined)[]) {
  const names = Object.keys(VALUES).filter((name) =>
    expressions.some((text) => text?.match(new RegExp(`${name}(?!\\w)`))),
  );
  const given = Object.fromEntries(names.map((name) => [name, VALUES[name]]));
  return names.length > 0 ? { ...input, ExpressionAttributeValues: given } : input;
}

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .record({
      id,
      done: fc.boolean(),
      leaseUntil: number,
      holder: fc.constantFrom('m', 'me', 'other'),
      value,
      condition,
    })
    .map(({ id: key, done, holder, condition: ConditionExpression, ...rest }): Operation => {
      const Item = { id: { S: key }, done: { BOOL: done }, holder: { S: holder }, ...rest };
      const input = { TableName, Item, ...(ConditionExpression && { ConditionExpression }) };
      return ['PutItem', withExpressions(input, ConditionExpression)];
    }),
  fc.tuple(id, condition).map(([key, ConditionExpression]): Operation => {
    const input = { TableName, Key: { id: { S: key } }, ...(ConditionExpression && { ConditionExpression }) };
    return ['DeleteItem', withExpressions({ ...input, ReturnValues: 'ALL_OLD' }, ConditionExpression)];
  }),
  fc
    .tuple(
      id,
      condition,
      fc.constantFrom(
        'SET done = :yes',
        'SET leaseUntil = :now REMOVE holder',
        'ADD leaseUntil :now',
        'SET extra = if_not_exists(extra, :me)',
      ),
    )
    .map(([key, ConditionExpression, UpdateExpression]): Operation => {
      const input = {
        TableName,
        Key: { id: { S: key } },
        UpdateExpression,
        ...(ConditionExpression && { ConditionExpression }),
      };
      return [
        'UpdateItem',
        withExpressions({ ...input, ReturnValues: 'ALL_NEW' }, ConditionExpression, UpdateExpression),
      ];
    }),
  id.map((key): Operation => ['GetItem', { TableName, Key: { id: { S: key } }, ConsistentRead: true }]),
  id.map(
    (key): Operation => [
      'Query',
      { TableName, KeyConditionExpression: 'id = :me', ExpressionAttributeValues: { ':me': { S: key } } },
    ],
  ),
);

/** `answer` without what one of the two adds: the consumed capacity. */
const OF_ONE = ['ConsumedCapacity', 'ItemCollectionMetrics'];
const plain = (answer: Answer) =>
  'error' in answer
    ? answer
    : Object.fromEntries(Object.entries(answer.answer).filter(([name]) => !OF_ONE.includes(name)));

test('local mode’s tables answer as an emulator of DynamoDB does, to random operations', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 25 }), async (operations) => {
      for (const key of IDS) {
        const Key = { id: { S: key } };
        await Promise.all([local('DeleteItem', { TableName, Key }), emulated('DeleteItem', { TableName, Key })]);
      }
      for (const [name, input] of operations) {
        const [ours, theirs] = await Promise.all([local(name, input), emulated(name, input)]);
        expect({ name, input, answer: plain(ours) }).toEqual({ name, input, answer: plain(theirs) });
      }
    }),
    { numRuns: 60, interruptAfterTimeLimit: 60_000 },
  );
});
