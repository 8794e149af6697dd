import { expect, test } from 'vitest';
import { compile } from '../../../../lib/events/pattern/index.ts';
import { cpuTime } from '../../../support/cpu-time.ts';

const EVENT = { source: 'asterisk.ari', detail: { application: 'Intro-IVR', args: ['sales', 'de'] } };

test('says which of many patterns match, in order', () => {
  const patterns = compile([
    { source: ['other'] },
    { detail: { args: ['de'] } },
    { source: [{ prefix: 'asterisk' }] },
    { source: ['asterisk.ari'], detail: { application: ['Intro-IVR', 'Queue'] } },
    { source: ['asterisk.ari'], detail: { application: ['Queue'] } },
    { 'replay-name': [{ exists: false }] },
    '{"source":["asterisk.ari"]}',
  ]);
  expect(patterns.matching(EVENT)).toEqual([1, 2, 3, 5, 6]);
  expect(patterns.matching(JSON.stringify(EVENT))).toEqual([1, 2, 3, 5, 6]);
  expect(patterns.matching({ source: 'other' })).toEqual([0, 5]);
  expect(patterns.matches({ source: 'other' })).toBe(true);
});

test('forgets one event for the next', () => {
  const patterns = compile([{ a: [{ prefix: 'x' }] }]);
  expect([{ a: 'x' }, { a: 'y' }, {}, { a: 'x' }].map((event) => patterns.matches(event))).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

test('no pattern matches nothing', () => {
  expect(compile([]).matching(EVENT)).toEqual([]);
  expect(compile([]).matches(EVENT)).toBe(false);
});

test('a pattern is named once, whichever of its branches match', () => {
  expect(compile([{ $or: [{ a: ['x'] }, { b: ['y'] }] }]).matching({ a: 'x', b: 'y' })).toEqual([0]);
});

test('each pattern looks into empty keys as if it were alone', () => {
  const patterns = compile([{ a: { '': ['x'] } }, { a: { '': ['x'] }, '': ['y'] }, { 'a.': [{ exists: false }] }]);
  expect(patterns.matching({ a: { '': 'x' }, '': 'y' })).toEqual([1, 2]);
  expect(patterns.matching({ 'a.': 'x', '': 'y' })).toEqual([0, 1]);
});

test('each pattern reads numbers as if it were alone', () => {
  expect(compile([{ a: [{ cidr: '18.52.86.0/24' }] }, { a: [5] }]).matching({ a: 12345678 })).toEqual([0]);
});

test('a field is compared with the strings of many patterns at once', () => {
  // Each condition is asked once: were it asked for each pattern, this would read the value 100 times.
  let reads = 0;
  const event = {
    get a() {
      reads++;
      return 'x';
    },
  };
  const patterns = compile(Array.from({ length: 100 }, (_, i) => ({ a: ['x'], b: [{ exists: i % 2 === 0 }] })));
  expect(patterns.matching(event).length).toBe(50);
  expect(reads).toBe(1);
});

test('what JSON can not say is taken as JSON.stringify takes it', () => {
  expect(compile([{ a: [{ exists: true }] }]).matches({ a: undefined })).toBe(false);
  expect(compile([{ a: [null] }]).matches({ a: Number.NaN })).toBe(true);
  expect(compile([{ a: [null] }]).matches({ a: Number.NEGATIVE_INFINITY })).toBe(true);
  expect(compile([{ a: [0] }]).matches({ a: -0 })).toBe(true);
  expect(compile([{ a: [null] }]).matches({ a: [undefined] })).toBe(true);
  expect(compile([{ a: [{ exists: true }] }]).matching({ a: 5n })).toEqual([0]);
});

test('a compiled pattern takes a few microseconds', () => {
  const patterns = compile([{ source: ['asterisk.ari'], detail: { application: ['Intro-IVR'] } }]);
  const twentyThousand = () => {
    for (let i = 0; i < 20_000; i++) patterns.matches(EVENT);
  };
  twentyThousand();
  // About 1 microsecond each.
  expect(cpuTime(twentyThousand).ms / 20).toBeLessThan(50);
});
