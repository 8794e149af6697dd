import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoDbTable } from '../../connector/dynamodb.ts';
import type { StateChange, StateItem, StateTable } from '../../connector/state-table.ts';
import { STATE_TABLE, STATE_TABLE_DEFINITION, stateTableServer } from '../support/state-table.ts';
import { MiniStack, REGION } from './ministack.ts';

let emulator: MiniStack;
let local: Awaited<ReturnType<typeof stateTableServer>>;
const tables: DynamoDbTable[] = [];

beforeAll(async () => {
  [emulator, local] = await Promise.all([MiniStack.start(), stateTableServer()]);
  const response = await fetch(emulator.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.CreateTable',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ ...STATE_TABLE_DEFINITION, BillingMode: 'PAY_PER_REQUEST' }),
  });
  expect(response.status).toBe(200);
});
afterAll(async () => {
  for (const table of tables) table.close();
  await local?.close();
  await emulator?.stop();
});

/** The connector's table at an endpoint. */
async function tableAt(url: string): Promise<StateTable> {
  const client = new EventBridgeClient({
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  process.env.AWS_ENDPOINT_URL_DYNAMODB = url;
  const table = new DynamoDbTable(STATE_TABLE, client.config);
  tables.push(table);
  // It looks for its endpoint at the first request.
  await table.read('nobody', true);
  delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
  return table;
}

const keys = { of: fc.constantFrom('connectors', 'node#pbx-1'), item: fc.constantFrom('a', 'b', 'c-1795648218092') };
const change: fc.Arbitrary<StateChange> = fc.oneof(
  fc
    .record({ ...keys, beat: fc.integer(), snapshot: fc.string({ minLength: 1, maxLength: 20 }) })
    .map((item): StateChange => ({ put: item as StateItem })),
  fc.record(keys).map((remove): StateChange => ({ remove })),
);

test('the table of tests and of local mode answers as an emulator of DynamoDB does, to random changes', async () => {
  const [ours, theirs] = [await tableAt(local.url), await tableAt(emulator.url)];
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
      // A batch names each item once.
      const last = new Map(
        changes.map((one) => [
          JSON.stringify(Object.values('put' in one ? { of: one.put.of, item: one.put.item } : one.remove)),
          one,
        ]),
      );
      await Promise.all([ours, theirs].map((table) => table.write([...last.values()])));
      for (const of of ['connectors', 'node#pbx-1']) {
        expect(await ours.read(of, true)).toEqual(await theirs.read(of, true));
      }
    }),
    { numRuns: 60 },
  );
});

test('a query of more items than an answer holds gives all of them, from both', async () => {
  const snapshot = 'x'.repeat(20_000);
  const changes = Array.from(
    { length: 120 },
    (_, i): StateChange => ({ put: { of: 'node#large', item: `${i}`, snapshot } }),
  );
  for (const url of [local.url, emulator.url]) {
    const table = await tableAt(url);
    await table.write(changes);
    expect(await table.read('node#large', true)).toHaveLength(120);
  }
});
