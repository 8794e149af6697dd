import { expect, test } from 'vitest';
import { explain } from '../../../../lib/events/pattern/index.ts';

const EVENT = {
  source: 'asterisk.ari',
  detail: {
    application: 'Conference',
    digit: '1',
    items: [
      { a: 'x', b: 1 },
      { a: 'y', b: 2 },
    ],
  },
};

test('names the field that differs', () => {
  const explanation = explain(
    { source: ['asterisk.ari'], detail: { application: ['Intro-IVR', { prefix: 'Q' }] } },
    EVENT,
  );
  expect(explanation).toEqual({
    matches: false,
    decidedBy: [
      {
        field: 'detail.application',
        expected: '["Intro-IVR",{"prefix":"Q"}]',
        actual: ['"Conference"'],
        outcome: 'differs',
      },
    ],
    text: 'No match: detail.application is "Conference", expected ["Intro-IVR",{"prefix":"Q"}]',
  });
});

test('names the field that is absent', () => {
  expect(explain({ detail: { node: ['pbx-1'] } }, EVENT)).toMatchObject({
    decidedBy: [{ field: 'detail.node', actual: [], outcome: 'absent' }],
    text: 'No match: detail.node is absent, expected ["pbx-1"]',
  });
});

test('names the field that is there and should not be', () => {
  expect(explain({ detail: { digit: [{ exists: false }] } }, EVENT)).toMatchObject({
    decidedBy: [{ field: 'detail.digit', actual: ['"1"'], outcome: 'differs' }],
    text: 'No match: detail.digit is "1", expected [{"exists":false}]',
  });
});

test('names the field that fits in another element only', () => {
  expect(explain({ detail: { items: { a: ['x'], b: [2] } } }, EVENT)).toMatchObject({
    decidedBy: [{ field: 'detail.items.b', actual: ['1', '2'], outcome: 'other element' }],
    text: 'No match: detail.items.b is 1, 2, expected [2] in the same array element as the fields before it',
  });
});

test('names the fields of a match', () => {
  const { matches, decidedBy, text } = explain({ detail: { digit: ['1'], 'replay-name': [{ exists: false }] } }, EVENT);
  expect(matches).toBe(true);
  expect(decidedBy.map(({ field, outcome }) => [field, outcome])).toEqual([
    ['detail.digit', 'fits'],
    ['detail.replay-name', 'fits'],
  ]);
  expect(text).toBe('Match: detail.digit is "1", as in ["1"]; detail.replay-name is absent, as in [{"exists":false}]');
});

test('names the field of each branch of $or, the same once', () => {
  const pattern = { $or: [{ source: ['a'] }, { detail: { digit: ['2'] } }, { source: ['a'], detail: { x: ['y'] } }] };
  expect(explain(pattern, EVENT)).toMatchObject({
    decidedBy: [{ field: 'source' }, { field: 'detail.digit' }, { field: 'detail.x' }],
    text: 'No match: source is "asterisk.ari", expected ["a"]; detail.digit is "1", expected ["2"]; detail.x is absent, expected ["y"]',
  });
  const same = {
    $or: [
      { source: ['a'], x: ['1'] },
      { source: ['a'], y: ['2'] },
    ],
  };
  expect(explain(same, { source: 'b', x: '1', y: '2' }).text).toBe('No match: source is "b", expected ["a"]');
});

test('names the branch of $or that matches', () => {
  expect(explain({ $or: [{ source: ['a'] }, { detail: { digit: ['1'] } }] }, EVENT)).toMatchObject({
    matches: true,
    decidedBy: [{ field: 'detail.digit' }],
  });
});

test('is short for every event', () => {
  const long = 'x'.repeat(1_000);
  const { decidedBy } = explain({ a: [long] }, { a: [1, 2, 3, 4, 5, 6, long] });
  expect(decidedBy[0]?.actual).toEqual(['1', '2', '3', '4', '5']);
  expect(decidedBy[0]?.expected).toBe(`["${'x'.repeat(198)}…`);
  expect(explain({ a: ['y'] }, { a: 'x'.repeat(198) }).decidedBy[0]?.actual).toEqual([`"${'x'.repeat(198)}"`]);
});
