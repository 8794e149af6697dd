import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsWaits } from '../../../../lib/local/aws/waits.ts';
import { AsyncInvocations } from '../../../../lib/local/lambda/async-invocations.ts';
import { LambdaHost } from '../../../../lib/local/lambda/host.ts';
import type { LocalFunction } from '../../../../lib/local/template/deployment.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';
import { until } from '../../../support/until.ts';

/** AWS's minute is 60 ms. */
const SPEEDUP = 1000;

let host: LambdaHost | undefined;
const ends: { attempt: number; requestId: string; error?: string; retryInMs?: number }[] = [];
const sent: { arn: string; body: string; attributes: Record<string, string> }[] = [];
const dropped: string[] = [];

beforeEach(() => {
  for (const list of [ends, sent, dropped]) list.length = 0;
});
afterEach(() => host?.stop());

function invoke(source: string, more: Partial<LocalFunction>, payload: unknown = { x: 1 }): void {
  const code = folderOfTest();
  writeFileSync(join(code, 'index.mjs'), source);
  const fn: LocalFunction = {
    arn: 'arn:fn',
    name: 'fn',
    title: 'Fn',
    code,
    handler: 'index.handler',
    environment: {},
    timeoutMs: 5000,
    memoryMb: 128,
    ...more,
  };
  host = new LambdaHost(fn, {}, { onStart: () => {}, onCommand: () => {}, onLog: () => {} });
  const invocations = new AsyncInvocations(new AwsWaits(SPEEDUP), {
    onEnd: ({ attempt, requestId }, { error, retryInMs }) =>
      ends.push({ attempt, requestId, ...(error && { error }), ...(retryInMs !== undefined && { retryInMs }) }),
    send: (arn, body, attributes) => sent.push({ arn, body, attributes }),
    onDropped: (_, { condition }) => dropped.push(condition),
  });
  const invoked = { host, functionArn: fn.arn, asynchronous: fn.asynchronous ?? {} };
  invocations.invoke(invoked, JSON.stringify(payload), 'e', '');
}

const FAILS = 'export const handler = async () => { throw new Error("no"); };';
const conditionOf = (body: string) => JSON.parse(body).requestContext;

describe('an event that the function fails on', () => {
  test('is retried after one minute and after two, with the same request id, and handled in the end', async () => {
    invoke('let n = 0; export const handler = async () => { if (++n < 3) throw new Error("no"); };', {});
    await until('three ends', () => ends.length === 3);
    expect(ends.map(({ attempt, error, retryInMs }) => [attempt, error, retryInMs])).toEqual([
      [1, 'Error: no', 60],
      [2, 'Error: no', 120],
      [3, undefined, undefined],
    ]);
    expect(new Set(ends.map(({ requestId }) => requestId)).size).toBe(1);
    expect([sent, dropped]).toEqual([[], []]);
  });

  test('is retried as often as configured for the function, and then sent to its destination and its queue', async () => {
    invoke(FAILS, { deadLetterArn: 'arn:dlq', asynchronous: { maxRetryAttempts: 0, onFailureArn: 'arn:destination' } });
    await until('both letters', () => sent.length === 2);
    expect(ends).toHaveLength(1);
    expect(sent[0]?.arn).toBe('arn:destination');
    expect(conditionOf(sent[0]?.body ?? '')).toMatchObject({
      condition: 'RetriesExhausted',
      approximateInvokeCount: 1,
    });
    expect(sent[1]).toEqual({
      arn: 'arn:dlq',
      body: '{"x":1}',
      attributes: { RequestID: ends[0]?.requestId, ErrorCode: '200', ErrorMessage: 'no' },
    });
  });

  test('is not retried when it would be too old by then, in AWS’s time', async () => {
    // After the first wait of a minute the event counts as 60 s old, though hardly any time has passed here.
    invoke(FAILS, { asynchronous: { maxEventAgeSeconds: 100, onFailureArn: 'arn:destination' } });
    await until('the letter', () => sent[0]);
    expect(ends).toHaveLength(2);
    expect(conditionOf(sent[0]?.body ?? '')).toMatchObject({
      condition: 'EventAgeExceeded',
      approximateInvokeCount: 2,
    });
  });

  test('is lost, and reported as lost, when it has no destination', async () => {
    invoke(FAILS, { asynchronous: { maxRetryAttempts: 0 } });
    await until('the word', () => dropped[0]);
    expect(dropped).toEqual(['RetriesExhausted']);
  });
});

test('a function with a concurrency of 0 never runs: its events go to the failure destination', async () => {
  invoke(FAILS, { reservedConcurrency: 0, asynchronous: { onFailureArn: 'arn:destination' } });
  await until('the letter', () => sent[0]);
  expect(ends).toEqual([]);
  expect(conditionOf(sent[0]?.body ?? '')).toMatchObject({
    condition: 'ZeroReservedConcurrency',
    approximateInvokeCount: 0,
  });
});
