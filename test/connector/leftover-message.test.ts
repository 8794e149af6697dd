import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { droppedMessage, leftoverMessages, readLeftovers } from '../../connector/leftover-message.ts';
import { recordOf } from '../support/records.ts';

const KIB = 1024;

test('records are packed in their order and read back as they were', () => {
  const records = Array.from({ length: 3000 }, (_, i) => recordOf(`lane ${i % 7}`, `☎ ${i}`, { filler: 1200 }));
  const messages = [...leftoverMessages(records)];
  expect(messages.length).toBeGreaterThan(3);
  const read = messages
    .map(({ body = '' }) => readLeftovers(body))
    .flatMap((content) => ('records' in content ? content.records : []));
  expect(read.map(({ line }) => line.toString())).toEqual(records.map(({ line }) => line.toString()));
  expect(read[5]).toMatchObject({ id: '☎ 5', lane: 'lane 5', node: 'pbx-1', kind: 'event' });
});

test('no message is larger than SQS takes, and a record that is larger by itself is in none', () => {
  const noise = (id: string, kib: number) => recordOf('a', id + randomBytes(kib * KIB).toString('base64'));
  const records = [noise('1', 40), noise('2', 60), noise('too large', 400), noise('3', 10)];
  const messages = [...leftoverMessages(records)];
  for (const { body = '' } of messages) expect(body.length).toBeLessThanOrEqual(256 * KIB);
  // By their numbers: a difference of records this large takes minutes to print.
  const numbers = (of: readonly (typeof messages)[number][]) =>
    of.flatMap((one) => one.records.map((it) => records.indexOf(it)));
  expect(numbers(messages)).toEqual([0, 1, 2, 3]);
  expect(numbers(messages.filter(({ body }) => body === undefined))).toEqual([2]);
});

test('how many events were lost is read back by node', () => {
  expect(readLeftovers(droppedMessage(new Map([['pbx-1', 7]])))).toEqual({ dropped: { 'pbx-1': 7 } });
});

test.each(['', 'text', '{}', '{"records":"x"}', '{"records":1}'])('%j is no message of a connector', (body) => {
  expect(() => readLeftovers(body)).toThrow();
});
