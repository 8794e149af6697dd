import { expect, test } from 'vitest';
import { Gaps } from '../../../connector/asterisk/gaps.ts';

test('a gap begins where its app was last heard, whatever another app hears', () => {
  const gaps = new Gaps();
  gaps.heard(['a', 'b'], 1000);
  gaps.heard(['b'], 5000);
  gaps.begin(['a'], 'network');
  expect([gaps.isOpen('a'), gaps.isOpen('b'), gaps.from(['a']), gaps.causeOf('a')]).toEqual([
    true,
    false,
    1000,
    'network',
  ]);
});

test('an open gap keeps its beginning until it has ended, whatever is heard and how often it begins again', () => {
  const gaps = new Gaps();
  gaps.heard(['a'], 1000);
  gaps.begin(['a'], 'network');
  gaps.heard(['a'], 2000);
  gaps.begin(['a'], 'connector-silent');
  expect([gaps.from(['a']), gaps.causeOf('a')]).toEqual([1000, 'connector-silent']);
  gaps.end(['a'], 3000);
  expect(gaps.isOpen('a')).toBe(false);
  gaps.begin(['a'], 'network');
  expect(gaps.from(['a'])).toBe(3000);
});

test('several gaps begin where the first one began, and at an unknown time where that of one is unknown', () => {
  const gaps = new Gaps();
  gaps.heard(['a'], 1000);
  gaps.heard(['b'], 2000);
  gaps.begin(['a', 'b', 'c'], 'network');
  expect([gaps.from(['a', 'b']), gaps.from(['a', 'c'])]).toEqual([1000, undefined]);
});

test('a later process knows the open gaps', () => {
  const gaps = new Gaps();
  gaps.heard(['a', 'b'], 1000);
  gaps.begin(['a'], 'network');
  const later = new Gaps(JSON.parse(JSON.stringify(gaps.checkpoint())));
  later.begin(['b'], 'connector-restarted');
  expect([later.from(['a']), later.causeOf('a'), later.from(['b'])]).toEqual([1000, 'network', 1000]);
});
