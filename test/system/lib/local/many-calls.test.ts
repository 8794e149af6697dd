import { expect, test } from 'vitest';
import { manyCalls } from '../../../support/many-calls.ts';

test('a hundred calls at twenty a second are answered and handled to the end, and none of their events fails', async () => {
  const report = await manyCalls(100, 20);
  expect(report).toMatchObject({ calls: 100, answered: 100, handledToTheEnd: 100, failures: [], deadLetters: 0 });
  expect(report.answerMs).toHaveLength(100);
}, 180_000);
