import { expect, test } from 'vitest';
import { compile, type EventPattern, explain, matches, validate } from '../../../../../lib/events/pattern/index.ts';
import { cpuTime } from '../../../../support/cpu-time.ts';

// Nothing here may crash or take long. The limit is far above what is taken, so that a slow machine does not fail.
const MAX_MS = 5_000;

function timed<T>(work: () => T): T {
  const { ms, result } = cpuTime(work);
  expect(ms).toBeLessThan(MAX_MS);
  return result;
}

function nested<T>(depth: number, wrap: (inner: T | number) => T): T {
  let value = wrap(1);
  for (let i = 1; i < depth; i++) value = wrap(value);
  return value;
}

const MEGABYTE = 'x'.repeat(2 ** 20);
const UNLIMITED = { maxLength: 1e9 };
const TOO_DEEP = 'Document nesting depth (1001) exceeds the maximum allowed (1000';
const or = (branches: object[]): EventPattern => ({ $or: branches });
const numbered = (count: number) => Array.from({ length: count }, (_, i) => ({ a: i, b: i + 1, c: i }));
const any = [{ exists: true }];

test('patterns of 10,000 levels are refused', () => {
  const deep = nested<unknown>(10_000, (a) => ({ a })) as EventPattern;
  expect(timed(() => validate(deep))).toMatch(TOO_DEEP);
  expect(timed(() => validate(`${'{"a":'.repeat(10_000)}[1]`))).toMatch(TOO_DEEP);
});

test('names of the prototype are fields like others', () => {
  const pattern = JSON.parse('{"__proto__":{"polluted":["x"]},"constructor":{"prototype":["y"]}}');
  const event = JSON.parse('{"__proto__":{"polluted":"x"},"constructor":{"prototype":"y"}}');
  expect(matches(pattern, event)).toBe(true);
  expect(matches(pattern, {})).toBe(false);
  expect(explain(pattern, event).matches).toBe(true);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('strings of a megabyte are decided', () => {
  const upper = MEGABYTE.toUpperCase();
  expect(timed(() => matches({ a: [{ wildcard: `${'*x'.repeat(500)}*y` }] }, { a: MEGABYTE }))).toBe(false);
  expect(timed(() => matches({ a: [{ 'equals-ignore-case': MEGABYTE }] }, { a: upper }))).toBe(true);
  expect(timed(() => matches({ a: [{ suffix: { 'equals-ignore-case': MEGABYTE } }] }, { a: upper }))).toBe(true);
  expect(timed(() => validate({ a: [{ wildcard: '*x'.repeat(2 ** 19) }] }, UNLIMITED))).toBeUndefined();
  expect(timed(() => matches({ a: [{ cidr: '10.0.0.0/8' }] }, { a: '1.'.repeat(2 ** 19) }))).toBe(false);
  expect(timed(() => matches({ a: [{ cidr: '::/0' }] }, { a: ':'.repeat(2 ** 20) }))).toBe(false);
  expect(timed(() => matches('{"a":[1]}', `{"a":"${'\\u0041'.repeat(2 ** 18)}"}`))).toBe(false);
});

test('halves of surrogate pairs are decided', () => {
  const halves = '\ud800'.repeat(2 ** 20);
  expect(timed(() => matches({ a: [{ wildcard: `*${'\ud800'.repeat(1000)}*` }] }, { a: halves }))).toBe(true);
  expect(timed(() => matches({ a: [{ suffix: '\udc00\ud800' }] }, { a: halves }))).toBe(false);
});

test('branches beyond the quota are refused, however they come about', () => {
  const tooMany = 'more than 1000 combinations';
  expect(timed(() => matches(or(Array.from({ length: 1000 }, (_, i) => ({ a: [`${i}`] }))), { a: '999' }))).toBe(true);
  expect(timed(() => validate(or(Array.from({ length: 100_000 }, (_, i) => ({ a: [`${i}`] }))), UNLIMITED))).toMatch(
    tooMany,
  );
  const twice = (i: number) => `"$or":[{"a${i % 50}":[1]},{"b${i % 50}":[1]}]`;
  expect(timed(() => validate(`{${Array.from({ length: 50_000 }, (_, i) => twice(i))}}`, UNLIMITED))).toMatch(tooMany);
});

test('a pattern that repeats itself inside does not fill the memory', () => {
  let doubling: EventPattern = { a: ['x'] };
  for (let i = 0; i < 60; i++) doubling = { a: doubling, b: doubling };
  expect(timed(() => validate(doubling, UNLIMITED))).toMatch('Expected at most 10000000 characters of JSON, got more');
  expect(timed(() => validate('x'.repeat(10_000_001), UNLIMITED))).toMatch('Expected at most 10000000 characters');
});

test('many fields in many branches are refused without being kept', () => {
  const fields = Array.from({ length: 50_000 }, (_, i) => `"f${i}":[1]`);
  const branches = Array.from({ length: 900 }, () => '{"z":[1]}');
  expect(timed(() => validate(`{${fields},"$or":[${branches}]}`, UNLIMITED))).toMatch(
    'Size of rule exceeds max value of 256',
  );
});

test('branches whose alternatives cross at every field are refused', () => {
  const fields = Array.from({ length: 30 }, (_, i) => `f${i}`);
  const branch = (alternatives: (i: number) => string[]) =>
    Object.fromEntries(fields.map((f, i) => [f, alternatives(i)]));
  const crossing = or([branch(() => ['x']), branch(() => ['y']), branch((i) => (i % 2 ? ['x', 'y'] : ['y', 'x']))]);
  expect(timed(() => validate(crossing, UNLIMITED))).toBeUndefined();
  // Each field leads to two places, and each of these to two by the next field.
  const ladder = fields.flatMap((_, depth) =>
    ['x', 'y'].map((last) =>
      Object.fromEntries(fields.slice(0, depth + 1).map((f, i) => [f, i === depth ? [last] : ['x', 'y']])),
    ),
  );
  const all = branch(() => ['x', 'y']);
  expect(timed(() => validate(or([...ladder, all]), UNLIMITED))).toMatch('Rule is too complex');
});

test('large arrays are decided', () => {
  const x = numbered(10_000);
  expect(timed(() => matches({ x: { a: any, b: any, c: [9999] } }, { x }))).toBe(true);
  expect(timed(() => matches({ x: { a: any, b: any, c: [-1, { exists: false }] } }, { x }))).toBe(false);
  expect(timed(() => matches({ x: { a: any, b: [{ exists: false }] } }, { x }))).toBe(false);
  expect(timed(() => matches({ x: { a: any, d: [{ exists: false }], e: any } }, { x }))).toBe(false);
});

test('arrays of arrays are decided', () => {
  const x = Array.from({ length: 100 }, () => ({ y: numbered(100) }));
  expect(timed(() => matches({ x: { y: { a: any, b: any, c: [{ exists: false }, -1] } } }, { x }))).toBe(false);
  expect(timed(() => matches({ x: { y: { a: [99], b: [100], d: [{ exists: false }] } } }, { x }))).toBe(true);
});

test('arrays side by side do not multiply', () => {
  const event = { p: numbered(3_000), q: numbered(3_000), r: numbered(3_000) };
  expect(timed(() => matches({ p: { a: any }, q: { a: any }, r: { a: [{ exists: false }, -1] } }, event))).toBe(false);
});

test('choices that do multiply are refused', () => {
  const event = { p: numbered(3_000), q: numbered(3_000) };
  const crossing = '{"p":{"a":[{"exists":true}],"b":[{"exists":true}]},"p.a0":["x"],"q":{"a":[{"exists":true}]}}';
  expect(timed(() => matches(crossing, event))).toBe(false);
  const text = JSON.stringify(event).slice(1, -1);
  const later = '{"p":{"a":[{"exists":true}]},"q":{"a":[{"exists":true}]},"r.p":[{"exists":true}],"z":["x"]}';
  expect(timed(() => matches(later, `{${text},"r.p":1}`))).toBe(false);
});

test('deep elements of many values are refused', () => {
  const deep = nested<unknown>(900, (a) => [a === 1 ? { v: 1, w: 1 } : a]);
  const event = { x: Array.from({ length: 1_000 }, () => deep) };
  expect(() => timed(() => matches({ x: { v: any, w: [2, { exists: false }] } }, event))).toThrow(
    'Event is not valid. Reason: Its arrays leave too many choices to decide',
  );
});

test('arrays that hold each other over and over are refused', () => {
  let doubling: unknown[] = ['x'];
  for (let i = 0; i < 60; i++) doubling = [doubling, doubling];
  expect(() => timed(() => matches({ a: ['y'] }, { a: doubling }))).toThrow(
    'Its arrays have more than 2000000 elements',
  );
});

test('an event that has the same string many times is tried once for each pattern', () => {
  const patterns = compile(Array.from({ length: 300 }, (_, i) => ({ a: ['x'], b: [{ prefix: `${i}` }] })));
  expect(timed(() => patterns.matching({ a: Array(100_000).fill('x'), b: '7' }))).toEqual([7]);
});

test('strings of 20,000,000 characters are read, longer ones are refused', () => {
  const json = (length: number) => `{"a":"${'x'.repeat(length)}"}`;
  expect(timed(() => matches({ a: [{ prefix: 'x' }] }, json(20_000_000)))).toBe(true);
  expect(() => timed(() => matches({ a: ['x'] }, json(20_000_001)))).toThrow(
    'String value length (20000001) exceeds the maximum allowed (20000000, from `StreamReadConstraints.getMaxStringLength()`)',
  );
});
