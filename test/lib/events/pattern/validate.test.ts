import { expect, test } from 'vitest';
import { type EventPattern, validate } from '../../../../lib/events/pattern/index.ts';

const patternOf = (length: number): EventPattern => ({ a: ['x'.repeat(length - '{"a":[""]}'.length)] });

test('returns undefined for a pattern that EventBridge accepts', () => {
  expect(validate({ source: ['asterisk.ari'] })).toBeUndefined();
  expect(validate('{"source":["asterisk.ari"]}')).toBeUndefined();
});

test('returns EventBridge’s message for a pattern that it refuses', () => {
  expect(validate({ source: 'asterisk.ari' } as unknown as EventPattern)).toBe(
    'Event pattern is not valid. Reason: "source" must be an object or an array',
  );
});

test('knows how long a pattern may be', () => {
  expect(validate(patternOf(2048))).toBeUndefined();
  expect(validate(patternOf(2049))).toBe(
    'Event pattern is not valid. Reason: Expected at most 2048 characters of JSON, got 2049: write several rules',
  );
  expect(validate(patternOf(4096), { maxLength: 4096 })).toBeUndefined();
});

test('knows how many combinations $or may make', () => {
  const or = (n: number, first: number) => ({ $or: Array.from({ length: n }, (_, i) => ({ a: [`${first + i}`] })) });
  const json = (first: object, second: object) => JSON.stringify({ x: first, y: second });
  expect(validate(json(or(20, 0), or(50, 0)), { maxLength: 1e6 })).toBeUndefined();
  expect(validate(json(or(20, 0), or(51, 0)), { maxLength: 1e6 })).toMatch(
    'Rule is too complex. Its $or lists make more than 1000 combinations: write several rules',
  );
});

test('a value that is not a pattern is refused', () => {
  expect(validate(undefined as unknown as EventPattern)).toMatch('Filter is not an object');
  expect(validate({ a: [5n] })).toMatch('Not JSON: Do not know how to serialize a BigInt');
  const cycle: Record<string, EventPattern> = {};
  cycle.a = cycle;
  expect(validate(cycle)).toMatch('Not JSON: Converting circular structure to JSON');
});

test('no more than 10,000,000 characters are read', () => {
  const text = (length: number) => `{"a":["x"]}${' '.repeat(length - 11)}`;
  expect(validate(text(10_000_000), { maxLength: 1e9 })).toBeUndefined();
  expect(validate(text(10_000_001), { maxLength: 1e9 })).toBe(
    'Event pattern is not valid. Reason: Expected at most 10000000 characters of JSON, got more',
  );
  const string = 'x'.repeat(1_000_000);
  expect(validate({ a: Array(20).fill(string) }, { maxLength: 1e9 })).toMatch('Expected at most 10000000 characters');
});

test('an error that is not about the pattern is thrown', () => {
  const broken = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('broken');
      },
    },
  );
  expect(validate(broken)).toMatch('Not JSON: broken');
});
