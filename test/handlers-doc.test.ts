import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AriRequest, type CallHandler, type ConnectorEventEnvelope, createAriClient } from 'ari-eventbridge';
import { type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(ROOT, 'test/.handlers-'));
let examples: { connect: CallHandler; orders: CallHandler; subscriber: CallHandler; blocks: number };
let pbx: TestPbx;

beforeAll(async () => {
  const text = readFileSync(join(ROOT, 'docs/handlers.md'), 'utf8');
  const blocks = [...text.matchAll(/^( *)```ts\n(.*?)^\1```$/gms)].map(([, , code = '']) => code);
  // In the project, so that `ari-eventbridge` is found as its users find it.
  const file = join(folder, 'handlers.ts');
  writeFileSync(file, `import assert from 'node:assert/strict';\n${blocks.join('\n')}`);
  examples = { ...(await import(file)), blocks: blocks.length };
});
afterAll(() => rmSync(folder, { recursive: true }));

test('all examples of docs/handlers.md run, one of them in 50 interleavings', () => {
  expect(examples.blocks).toBe(5);
});

test('the example of another leg that hung up leaves neither a bridge nor an agent behind', async () => {
  pbx = await testCalls({ Sales: examples.connect });
  const call = await pbx.dial('Sales');
  await call.hangUp();
  const agent = pbx.phone('PJSIP/agent');
  await agent.answer();
  expect([agent.isOver, pbx.bridges, pbx.deadLetters]).toEqual([true, [], []]);
  await pbx.close();
});

test('the example of another leg that hung up connects those who are there, and ends with the first to leave', async () => {
  pbx = await testCalls({ Sales: examples.connect });
  const call = await pbx.dial('Sales');
  const agent = pbx.phone('PJSIP/agent');
  await agent.answer();
  expect([call.bridge, agent.bridge]).toEqual([call.id, call.id]);
  await agent.hangUp();
  expect([call.isOver, pbx.bridges, pbx.deadLetters]).toEqual([true, [], []]);
  await pbx.close();
});

test('the example of JSON in a variable gives the leg what the caller ordered', async () => {
  pbx = await testCalls({ Orders: examples.orders }, { phones: { 'PJSIP/desk': 'answers' } });
  await pbx.dial('Orders');
  expect(pbx.phone('PJSIP/desk').heard).toEqual(['number:7']);
  await pbx.close();
});

test('the example of the connector’s own events subscribes each app when its node is connected', async () => {
  const asked: string[] = [];
  const request = async ({ method, path, body }: AriRequest) => {
    asked.push(`${method} ${path} ${JSON.stringify(body)}`);
    return { status: 200, reason: 'OK', body: '{}' };
  };
  const handler = examples.subscriber.withOptions({ clientOf: () => createAriClient({ request, close: () => {} }) });
  const detail = { node: 'pbx-1', apps: ['a', 'b'], connection: 'c', metadata: { id: '1', node: 'pbx-1' } };
  await handler({
    source: 'asterisk.ari.connector',
    'detail-type': 'NodeConnected',
    detail,
  } as unknown as ConnectorEventEnvelope);
  const subscription = 'subscription {"eventSource":"endpoint:PJSIP/reception"}';
  expect(asked).toEqual([`POST /applications/a/${subscription}`, `POST /applications/b/${subscription}`]);
});
