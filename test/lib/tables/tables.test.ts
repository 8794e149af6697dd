import { afterEach, expect, test } from 'vitest';
import { TableError, Tables } from '../../../lib/tables/index.ts';

const table = (TableName: string, key = 'id') => ({
  TableName,
  AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
  KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
});
const put = (id: string) => ({ TableName: 'calls', Item: { id: { S: id } } });
const get = (id: string) => ({ TableName: 'calls', Key: { id: { S: id } } });

let tables = new Tables();
afterEach(async () => {
  await tables.close();
  tables = new Tables();
});

test('a table keeps its items when others come and go, and loses them when its keys change', async () => {
  await tables.apply([table('calls')]);
  await tables.call('PutItem', put('a'));
  await tables.apply([table('calls'), table('other')]);
  expect(await tables.call('GetItem', get('a'))).toEqual({ Item: { id: { S: 'a' } } });
  await tables.apply([table('calls', 'name')]);
  await expect(tables.call('GetItem', get('a'))).rejects.toThrow(TableError);
  expect(await tables.call('ListTables', {})).toEqual({ TableNames: ['calls'] });
});

test('a condition that fails is DynamoDB’s error', async () => {
  await tables.apply([table('calls')]);
  await tables.call('PutItem', put('a'));
  const again = tables.call('PutItem', { ...put('a'), ConditionExpression: 'attribute_not_exists(id)' });
  await expect(again).rejects.toMatchObject({ type: 'ConditionalCheckFailedException' });
});

test.each(['TransactWriteItems', 'UpdateTimeToLive', 'ExecuteStatement', 'CreateTable'])(
  '%s is not supported',
  (name) => {
    expect(tables.call(name, {})).toBeUndefined();
  },
);

test('closing waits for the writes that are under way', async () => {
  await tables.apply([table('calls')]);
  const writes = Array.from({ length: 20 }, (_, n) => tables.call('PutItem', put(String(n))));
  await tables.close();
  expect(await Promise.all(writes)).toHaveLength(20);
});
