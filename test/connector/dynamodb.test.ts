import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DynamoDbTable } from '../../connector/dynamodb.ts';
import { awsStub } from '../support/aws-stub.ts';
import { STATE_TABLE, stateTableServer } from '../support/state-table.ts';

function tableAt(url: string): DynamoDbTable {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', url);
  const table = new DynamoDbTable(STATE_TABLE, new EventBridgeClient({ region: 'eu-west-1' }).config);
  onTestFinished(() => {
    table.close();
    vi.unstubAllEnvs();
  });
  return table;
}

async function realTable(): Promise<DynamoDbTable> {
  const { url, close } = await stateTableServer();
  onTestFinished(close);
  return tableAt(url);
}

test('items that were put are read by their owner, with texts and numbers, until they are removed', async () => {
  const table = await realTable();
  await table.write([
    { put: { of: 'node#pbx-1', item: 'stay', channel: '1.0', beat: 3 } },
    { put: { of: 'connectors', item: 'c0ffee', beat: 1 } },
  ]);
  expect(await table.read('node#pbx-1', true)).toEqual([{ of: 'node#pbx-1', item: 'stay', channel: '1.0', beat: 3 }]);
  await table.write([{ remove: { of: 'node#pbx-1', item: 'stay' } }, { remove: { of: 'node#pbx-1', item: 'none' } }]);
  expect(await table.read('node#pbx-1', false)).toEqual([]);
});

test('more items than one answer holds are all read', async () => {
  const table = await realTable();
  const snapshot = 'x'.repeat(10_000);
  const items = Array.from({ length: 250 }, (_, i) => ({ of: 'node#pbx-1', item: `stay-${i}`, snapshot }));
  await table.write(items.map((put) => ({ put })));
  const read = await table.read('node#pbx-1', true);
  expect(new Set(read.map(({ item }) => item)).size).toBe(250);
}, 30_000);

test('requests are signed for DynamoDB, and a refusal is an error with its reason', async () => {
  const { url, requests } = await awsStub(() => ({
    status: 400,
    body: {
      __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
      message: 'Requested resource not found',
    },
  }));
  await expect(tableAt(url.href).read('connectors', false)).rejects.toThrow(
    'ResourceNotFoundException: Requested resource not found',
  );
  expect(requests[0]).toMatchObject({
    target: 'DynamoDB_20120810.Query',
    headers: { authorization: expect.stringContaining('/eu-west-1/dynamodb/aws4_request') },
  });
});

test('changes that DynamoDB did not make are an error', async () => {
  const { url } = await awsStub(() => ({ body: { UnprocessedItems: { connectors: [{ PutRequest: {} }] } } }));
  await expect(tableAt(url.href).write([{ put: { of: 'a', item: 'b' } }])).rejects.toThrow('ThrottlingException');
});
