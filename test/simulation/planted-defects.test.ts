import { expect, test } from 'vitest';
import { OTHER_DEFECTS, REAL_DEFECTS } from './planted-defects.ts';
import { runSeeds } from './run-seeds.ts';

const SEEDS = 200;

test.each([...REAL_DEFECTS, ...OTHER_DEFECTS])(
  `the simulation finds within ${SEEDS} seeds: $name`,
  async ({ name, patches }) => {
    const { failing } = await runSeeds({ first: 1, count: SEEDS, patches, untilFound: true });
    const [found] = failing.toSorted((a, b) => a.seed - b.seed);
    console.log(`${name}: ${found ? `seed ${found.seed}: ${found.violations[0]?.says.slice(0, 150)}` : 'not found'}`);
    expect(failing.length).toBeGreaterThan(0);
  },
  600_000,
);
