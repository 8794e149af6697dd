import { expect, test } from 'vitest';
import { loadProgram } from './program.ts';
import { run } from './run.ts';

/** Seeds that failed once, and what holds in them since. */
const FOUND = [
  { seed: 2008, says: 'an event that is accepted soon after the connector’s clock has jumped is not late by the jump' },
  {
    seed: 2592,
    says: 'what is written after another program has shortened a file of the journal is not lost',
  },
  {
    seed: 2740,
    says: 'beside a noisy server a quiet one is published that has as many lanes as a request has entries',
  },
  { seed: 3204, says: 'the same for a connector that has just taken over' },
];

const program = loadProgram();

test.each(FOUND)('seed $seed: $says', async ({ seed }) => {
  const { violations } = await run({ program: await program, seed });
  expect(violations).toEqual([]);
});
