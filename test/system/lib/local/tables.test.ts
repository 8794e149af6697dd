import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalSystem } from '../../../../lib/local/local-system.ts';
import { Recorder } from '../../../support/recorder.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { until } from '../../../support/until.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const { path: app, remove } = temporaryFolder();
const recorder = new Recorder();
let system: LocalSystem;

const FILES = {
  'cdk.json': '{"app":"node app.ts"}',
  'package.json': '{"type":"module"}',
  'package-lock.json': '{}',
  'app.ts': `import { App, Stack } from '${ROOT}node_modules/aws-cdk-lib/index.js';
import { AttributeType, TableV2 } from '${ROOT}node_modules/aws-cdk-lib/aws-dynamodb/index.js';
import { CallEventBus } from '${ROOT}lib/cdk/call-event-bus.ts';
import { CallHandler } from '${ROOT}lib/cdk/call-handler.ts';
import { ariPattern } from '${ROOT}lib/index.ts';
const calls = new Stack(new App(), 'Tables');
const { bus } = new CallEventBus(calls, 'Bus');
const table = new TableV2(calls, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING }, timeToLiveAttribute: 'expiresAt' });
const { function: fn } = new CallHandler(calls, 'Counter', {
  entry: 'counter.ts', pattern: ariPattern({ application: 'Counter' }), bus, nodes: [], environment: { TABLE: table.tableName },
});
table.grantReadWriteData(fn);`,
  'counter.ts': `import { callHandler } from '${ROOT}lib/index.ts';
import { dynamoDbOnce, dynamoDbState } from '${ROOT}lib/call-handler/dynamodb.ts';
import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
const tableName = process.env.TABLE ?? '';
const count = dynamoDbState<number>('count', { tableName });
const handle = callHandler({ StasisStart: async ({ event, channel }) => {
  const n = ((await count.get({ event, channel })) ?? 0) + 1;
  await count.set({ event, channel }, n);
  console.log('count', n);
} }, { clientOf: () => ({}) as never, once: dynamoDbOnce({ tableName }) });
export const handler = async (event, context) => {
  if (event.detail.metadata.id === 'transaction') {
    await new DynamoDBClient({}).send(new TransactWriteItemsCommand({ TransactItems: [] })).catch((error) => console.log(error.message));
  } else await handle(event, context);
};`,
};

beforeAll(async () => {
  mkdirSync(join(app, 'node_modules'));
  for (const name of ['esbuild', '.bin', '@aws-sdk', '@smithy'])
    symlinkSync(join(ROOT, 'node_modules', name), join(app, 'node_modules', name));
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(app, file), text);
  system = await LocalSystem.prepare(app, [], recorder);
  await system.start();
}, 60_000);
afterAll(async () => {
  await system?.stop();
  remove();
});

async function put(id: string): Promise<string[]> {
  recorder.clear();
  const detail = {
    type: 'StasisStart',
    application: 'Counter',
    channel: { id: '1.0' },
    metadata: { id, node: 'pbx-1', channelId: '1.0' },
  };
  system.putEvent({ Source: 'asterisk.ari', DetailType: 'StasisStart', Detail: JSON.stringify(detail) });
  await until('the end of the invocation', () => recorder.invocations.length > 0);
  expect(recorder.failures).toEqual([]);
  return recorder.lines.filter((line) => /count \d|support/.test(line));
}

test('a handler keeps state and handled events in a table of its stack, also for other environments', async () => {
  expect(await put('one')).toEqual(['Counter: count 1']);
  expect(await put('two')).toEqual(['Counter: count 2']);
  const [fn] = system.deployment.functions;
  // New environments know nothing but what is in the table.
  await system.watch();
  writeFileSync(join(app, 'counter.ts'), `${FILES['counter.ts']}\n// saved`);
  await until('the reload', () => recorder.all.some((line) => line.includes('runs from the next event on')), 20_000);
  expect(fn?.environment.TABLE).toMatch(/Table/);
  expect(await put('two')).toEqual([]);
  expect(await put('three')).toEqual(['Counter: count 3']);
});

test('an operation that local mode does not have is refused by its name', async () => {
  expect(await put('transaction')).toEqual([
    'Counter: Local mode does not support DynamoDB_20120810.TransactWriteItems',
  ]);
});
