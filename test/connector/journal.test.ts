import { expect, test } from 'vitest';
import { Journal, type JournalRecord } from '../../connector/journal.ts';

const record = (bytes: number): JournalRecord => ({
  id: 'i',
  node: 'n',
  lane: 'l',
  bytes,
  entry: { Source: 's', DetailType: 't', Time: new Date(), Resources: [], Detail: '{}' },
});

test('the journal takes records up to its size, and again when some are settled', () => {
  const journal = new Journal(100);
  const first = record(60);
  expect(journal.append(first)).toBe(true);
  expect(journal.append(record(41))).toBe(false);
  expect(journal.append(record(40))).toBe(true);
  expect(journal.depth).toBe(2);
  journal.settle(first);
  expect(journal.append(record(60))).toBe(true);
  expect(journal.depth).toBe(2);
});
